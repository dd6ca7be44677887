package sweep

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// A KubernetesJob says how to run a sweep as an indexed Job. Its pods share the
// folder of the sweep through a persistent volume claim; the merge runs
// afterwards, from anywhere that sees the volume.
type KubernetesJob struct {
	Name     string   // of the Job: lower case letters, digits, '-'
	Image    string   // container image with the program
	Run      []string // program and arguments that compute the shard which Select finds
	Claim    string   // persistent volume claim that holds the folder
	Mount    string   // absolute path of the volume in the container
	Parallel int      // pods at a time; >= 1
	CPU      string   // request and limit per pod ("2"), or ""
	Memory   string   // request and limit per pod ("4Gi"), or ""
}

// Exit statuses of the command, as the program of this module gives them.
const (
	exitUsage  = 2  // wrong arguments or input
	exitFailed = 3  // some points failed
	exitResume = 75 // stopped safely
)

// Limits of a Job, assumed: retries of one index, and the seconds between
// SIGTERM and SIGKILL.
const (
	podRetries = 6
	podGrace   = 30
)

// dnsLabel is what Kubernetes takes for names (RFC 1123).
var dnsLabel = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

// object is a JSON object; the keys come out sorted.
type object map[string]any

// KubernetesManifest returns the Job as JSON, which kubectl apply -f takes like
// YAML. It needs Kubernetes 1.29 or newer (backoffLimitPerIndex). A pod that
// stops safely or that its node evicts is replaced without counting as a
// failure; wrong use fails the Job at once; failed points are recorded and not
// worth a retry.
func (s *Sweep) KubernetesManifest(k KubernetesJob) ([]byte, error) {
	if err := k.check(); err != nil {
		return nil, err
	}
	manifest := object{
		"apiVersion": "batch/v1",
		"kind":       "Job",
		"metadata":   object{"name": k.Name},
		"spec": object{
			"completionMode":       "Indexed",
			"completions":          s.Plan.Shards,
			"parallelism":          min(k.Parallel, s.Plan.Shards),
			"backoffLimitPerIndex": podRetries,
			"podFailurePolicy": object{"rules": []object{
				onExit("Ignore", exitResume),
				onExit("FailJob", exitUsage),
				onExit("FailIndex", exitFailed),
				{"action": "Ignore", "onPodConditions": []object{{"type": "DisruptionTarget", "status": "True"}}},
			}},
			"template": object{"spec": k.pod()},
		},
	}
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

func (k KubernetesJob) check() error {
	switch {
	case !dnsLabel.MatchString(k.Name) || !dnsLabel.MatchString(k.Claim):
		return fmt.Errorf("kubernetes job %q, claim %q: want %v", k.Name, k.Claim, dnsLabel)
	case k.Image == "" || len(k.Run) == 0 || k.Mount == "":
		return errors.New("kubernetes job without an image, a command or a mount")
	case k.Parallel < 1:
		return fmt.Errorf("kubernetes job of %d pods at a time, must be at least 1", k.Parallel)
	}
	return nil
}

func onExit(action string, status int) object {
	return object{"action": action, "onExitCodes": object{
		"containerName": "sweep", "operator": "In", "values": []int{status},
	}}
}

// pod is the pod of one shard.
func (k KubernetesJob) pod() object {
	container := object{
		"name":         "sweep",
		"image":        k.Image,
		"command":      k.Run,
		"volumeMounts": []object{{"name": "sweep", "mountPath": k.Mount}},
	}
	size := object{}
	if k.CPU != "" {
		size["cpu"] = k.CPU
	}
	if k.Memory != "" {
		size["memory"] = k.Memory
	}
	if len(size) > 0 {
		container["resources"] = object{"requests": size, "limits": size}
	}
	return object{
		"restartPolicy":                 "Never", // podFailurePolicy needs it
		"terminationGracePeriodSeconds": podGrace,
		"containers":                    []object{container},
		"volumes":                       []object{{"name": "sweep", "persistentVolumeClaim": object{"claimName": k.Claim}}},
	}
}
