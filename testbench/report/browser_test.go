package report

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var screenshots = flag.String("screenshots", "", "write screenshots of the sample report to this folder, to look at")

// probe shows the report in a frame of a phone's and one of a desktop's width,
// measures both once they have loaded, and leaves the measures in the page. The
// report itself runs no script; the page around it does.
const probe = `<!DOCTYPE html><html><body style="margin:0"><div style="display:flex">
<iframe src="/report.html" style="border:0;flex:none;width:390px;height:4000px"></iframe>
<iframe src="/report.html" style="border:0;flex:none;width:1280px;height:4000px"></iframe></div>
<pre id="result"></pre>
<script>
function measure(d) {
  d.querySelectorAll("details").forEach(e => e.open = true);
  const images = [...d.querySelectorAll("svg, img, canvas")].map(e => {
    const r = e.getBoundingClientRect();
    return {width: r.width, height: r.height, right: r.right, alt: e.getAttribute("aria-label") || e.getAttribute("alt") || ""};
  });
  return {clientWidth: d.documentElement.clientWidth, scrollWidth: d.documentElement.scrollWidth,
    fontSize: parseFloat(d.defaultView.getComputedStyle(d.body).fontSize), images: images};
}
addEventListener("load", () => {
  document.getElementById("result").textContent =
    JSON.stringify([...document.querySelectorAll("iframe")].map(f => measure(f.contentDocument)));
});
</script></body></html>`

type layout struct {
	ClientWidth, ScrollWidth, FontSize float64
	Images                             []struct {
		Width, Height, Right float64
		Alt                  string
	}
}

// site serves the report and remembers what was asked for.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newSite(t *testing.T, page string) *site {
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.Path)
		s.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch r.URL.Path {
		case "/probe":
			fmt.Fprint(w, probe)
		case "/report.html":
			fmt.Fprint(w, page)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// requests returns the distinct paths asked for, sorted. The probe has no icon
// of its own, so the browser may ask for one.
func (s *site) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, p := range s.asked {
		if p != "/favicon.ico" {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func chromium(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes seconds; not in short mode")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium in PATH")
	return ""
}

// browse runs the browser once and returns what it wrote. Every host but the
// test's own server is unknown to it.
func browse(t *testing.T, path, url string, args ...string) (stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args = append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
		"--user-data-dir=" + t.TempDir(), "--enable-logging=stderr",
	}, append(args, url)...)
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.WaitDelay = 5 * time.Second
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	return out.String(), log.String()
}

// console returns the messages of the page's console in the browser's log.
func console(log string) []string {
	return regexp.MustCompile(`(?m)^.*:CONSOLE[:(].*$`).FindAllString(log, -1)
}

func TestInBrowser(t *testing.T) {
	path := chromium(t)
	s := newSite(t, written(t, sampleReport(t)))
	dom, log := browse(t, path, s.URL+"/probe", "--window-size=1700,1000", "--dump-dom")
	if got, want := s.requests(), []string{"/probe", "/report.html"}; !slices.Equal(got, want) {
		t.Errorf("requests %v, want %v", got, want)
	}
	if m := console(log); m != nil {
		t.Errorf("console: %v", m)
	}
	layouts := measured(t, dom)
	checkLayout(t, layouts[0], 390)
	checkLayout(t, layouts[1], 1280)
	if *screenshots != "" {
		browse(t, path, s.URL+"/probe", "--window-size=1700,4000", "--screenshot="+filepath.Join(*screenshots, "report.png"))
	}
}

// measured reads the probe's result out of the page.
func measured(t *testing.T, dom string) [2]layout {
	t.Helper()
	m := regexp.MustCompile(`<pre id="result">([^<]*)</pre>`).FindStringSubmatch(dom)
	if m == nil {
		t.Fatalf("the probe left no result in %.500s", dom)
	}
	var l [2]layout
	if err := json.Unmarshal([]byte(html.UnescapeString(m[1])), &l); err != nil {
		t.Fatalf("%v in %q", err, m[1])
	}
	return l
}

func checkLayout(t *testing.T, l layout, width float64) {
	t.Helper()
	if l.ClientWidth != width || l.ScrollWidth > l.ClientWidth {
		t.Errorf("page is %g wide in a window of %g (asked for %g)", l.ScrollWidth, l.ClientWidth, width)
	}
	if l.FontSize < 14 {
		t.Errorf("body text of %g px", l.FontSize)
	}
	if len(l.Images) != 3 {
		t.Errorf("%d images, want 3", len(l.Images))
	}
	for i, im := range l.Images {
		if im.Width < min(340, width) || im.Height < 100 || im.Right > width {
			t.Errorf("image %d is %g x %g, ends at %g", i, im.Width, im.Height, im.Right)
		}
		if len(im.Alt) < 20 {
			t.Errorf("image %d has the text alternative %q", i, im.Alt)
		}
	}
}

// TestBrowserSeesFaults shows that the test above can fail: a page with a
// script, an image from elsewhere and a wide box is caught on each count.
func TestBrowserSeesFaults(t *testing.T) {
	path := chromium(t)
	s := newSite(t, `<!DOCTYPE html><html><body><script>console.error("oops")</script>`+
		`<img src="/elsewhere.png"><div style="width:3000px">x</div></body></html>`)
	dom, log := browse(t, path, s.URL+"/probe", "--window-size=1700,1000", "--dump-dom")
	if got := s.requests(); !slices.Contains(got, "/elsewhere.png") {
		t.Errorf("requests %v lack the image's", got)
	}
	if m := strings.Join(console(log), "\n"); !strings.Contains(m, "oops") {
		t.Errorf("console %q lacks the error", m)
	}
	l := measured(t, dom)[0]
	if l.ScrollWidth < 3000 || len(l.Images) != 1 || l.Images[0].Alt != "" {
		t.Errorf("layout %+v", l)
	}
}

func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	if err := sampleReport(t).Save(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil || string(b) != written(t, sampleReport(t)) {
		t.Errorf("file differs from what Write writes: %v", err)
	}
	if err := sampleReport(t).Save(filepath.Join(path, "no")); err == nil {
		t.Error("saving below a file succeeded")
	}
}
