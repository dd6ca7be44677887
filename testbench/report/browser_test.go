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

// probe shows the report in a frame of a given width, measures it once it has
// loaded, and leaves the measures in the page. The report itself runs no
// script; the frame around it does.
const probe = `<!DOCTYPE html><html><body style="margin:0"><pre id="result"></pre>
<iframe id="f" src="/report.html" style="border:0;width:%dpx;height:%dpx"></iframe>
<script>
addEventListener("load", () => {
  const d = document.getElementById("f").contentDocument;
  d.querySelectorAll("details").forEach(e => e.open = true);
  const images = [...d.querySelectorAll("svg, img, canvas")].map(e => {
    const r = e.getBoundingClientRect();
    return {width: r.width, height: r.height, right: r.right, alt: e.getAttribute("aria-label") || e.getAttribute("alt") || ""};
  });
  document.getElementById("result").textContent = JSON.stringify({
    clientWidth: d.documentElement.clientWidth, scrollWidth: d.documentElement.scrollWidth,
    fontSize: parseFloat(d.defaultView.getComputedStyle(d.body).fontSize), images: images});
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
		var width int
		switch n, _ := fmt.Sscanf(r.URL.Path, "/probe/%d", &width); {
		case n == 1:
			fmt.Fprintf(w, probe, width, 900)
		case r.URL.Path == "/report.html":
			fmt.Fprint(w, page)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// requests returns the sorted paths asked for since the last call. The
// wrapping probe has no icon of its own, so the browser may ask for one.
func (s *site) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, p := range s.asked {
		if p != "/favicon.ico" {
			out = append(out, p)
		}
	}
	s.asked = nil
	slices.Sort(out)
	return out
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
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
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
	for _, width := range []int{1280, 390} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			s.requests()
			dom, log := browse(t, path, fmt.Sprintf("%s/probe/%d", s.URL, width), "--window-size=1400,1000", "--dump-dom")
			if got, want := s.requests(), []string{fmt.Sprintf("/probe/%d", width), "/report.html"}; !slices.Equal(got, want) {
				t.Errorf("requests %v, want %v", got, want)
			}
			if m := console(log); m != nil {
				t.Errorf("console: %v", m)
			}
			checkLayout(t, measured(t, dom), float64(width))
		})
	}
	if *screenshots != "" {
		for name, args := range map[string][2]string{"desktop": {"/report.html", "1280,4200"}, "phone": {"/probe/390", "500,1000"}} {
			browse(t, path, s.URL+args[0], "--window-size="+args[1], "--screenshot="+filepath.Join(*screenshots, name+".png"))
		}
	}
}

// measured reads the probe's result out of the page.
func measured(t *testing.T, dom string) layout {
	t.Helper()
	m := regexp.MustCompile(`<pre id="result">([^<]*)</pre>`).FindStringSubmatch(dom)
	if m == nil {
		t.Fatalf("the probe left no result in %.500s", dom)
	}
	var l layout
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
	dom, log := browse(t, path, s.URL+"/probe/390", "--window-size=1400,1000", "--dump-dom")
	if got := s.requests(); !slices.Contains(got, "/elsewhere.png") {
		t.Errorf("requests %v lack the image's", got)
	}
	if m := strings.Join(console(log), "\n"); !strings.Contains(m, "oops") {
		t.Errorf("console %q lacks the error", m)
	}
	l := measured(t, dom)
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
