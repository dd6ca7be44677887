package sweep

import (
	"encoding/json"
	"strings"
	"testing"
)

// The manifest decodes, strictly, into the part of batch/v1 Job that it uses:
// field names and types as in the Kubernetes API reference, 1.34.
func TestKubernetesManifest(t *testing.T) {
	s := create(t, t.TempDir(), spec(8))
	text, err := s.KubernetesManifest(KubernetesJob{
		Name: "leakage", Image: "registry/engram:1", Run: []string{"engram", "sweep", "/data/it's \"here\""},
		Claim: "sweeps", Mount: "/data", Parallel: 100, CPU: "2", Memory: "4Gi",
	})
	if err != nil {
		t.Fatal(err)
	}
	type sizes struct{ CPU, Memory string }
	var m struct {
		APIVersion, Kind string
		Metadata         struct{ Name string }
		Spec             struct {
			CompletionMode                                 string
			Completions, Parallelism, BackoffLimitPerIndex int32
			PodFailurePolicy                               struct {
				Rules []struct {
					Action      string
					OnExitCodes *struct {
						ContainerName, Operator string
						Values                  []int32
					}
					OnPodConditions []struct{ Type, Status string }
				}
			}
			Template struct {
				Spec struct {
					RestartPolicy                 string
					TerminationGracePeriodSeconds int64
					Containers                    []struct {
						Name, Image  string
						Command      []string
						VolumeMounts []struct{ Name, MountPath string }
						Resources    struct{ Requests, Limits sizes }
					}
					Volumes []struct {
						Name                  string
						PersistentVolumeClaim struct{ ClaimName string }
					}
				}
			}
		}
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	sp := m.Spec
	if m.APIVersion != "batch/v1" || m.Kind != "Job" || m.Metadata.Name != "leakage" {
		t.Errorf("head %+v", m)
	}
	if sp.CompletionMode != "Indexed" || sp.Completions != 8 || sp.Parallelism != 8 || sp.BackoffLimitPerIndex < 1 {
		t.Errorf("spec %+v", sp)
	}
	actions := make(map[int32]string)
	for _, r := range sp.PodFailurePolicy.Rules {
		if (r.OnExitCodes == nil) == (r.OnPodConditions == nil) {
			t.Errorf("rule %+v must have one condition", r)
		}
		if r.OnExitCodes != nil {
			actions[r.OnExitCodes.Values[0]] = r.Action
		}
	}
	if actions[75] != "Ignore" || actions[2] != "FailJob" || actions[3] != "FailIndex" {
		t.Errorf("actions by exit status: %v", actions)
	}
	pod := sp.Template.Spec
	if pod.RestartPolicy != "Never" || len(pod.Containers) != 1 || pod.TerminationGracePeriodSeconds < 10 {
		t.Fatalf("pod %+v", pod)
	}
	c := pod.Containers[0]
	if c.Command[2] != "/data/it's \"here\"" || c.VolumeMounts[0].Name != pod.Volumes[0].Name ||
		pod.Volumes[0].PersistentVolumeClaim.ClaimName != "sweeps" || c.Resources.Limits != (sizes{"2", "4Gi"}) {
		t.Errorf("container %+v, volumes %+v", c, pod.Volumes)
	}
}

func TestKubernetesRefuses(t *testing.T) {
	s := create(t, t.TempDir(), spec(8))
	good := KubernetesJob{Name: "a", Image: "b", Run: []string{"c"}, Claim: "d", Mount: "/e", Parallel: 1}
	if _, err := s.KubernetesManifest(good); err != nil {
		t.Fatal(err)
	}
	for _, edit := range []func(*KubernetesJob){
		func(k *KubernetesJob) { k.Name = "Upper" },
		func(k *KubernetesJob) { k.Claim = "" },
		func(k *KubernetesJob) { k.Image = "" },
		func(k *KubernetesJob) { k.Run = nil },
		func(k *KubernetesJob) { k.Parallel = 0 },
	} {
		k := good
		edit(&k)
		if text, err := s.KubernetesManifest(k); err == nil {
			t.Errorf("%+v gives %s", k, text)
		}
	}
}
