package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"strings"
)

// inline rewrites an SVG document to stand inside an HTML page: without
// prologue and comments, with every id and the references to it prefixed, and
// with role and label on the root. It refuses scripts, event handlers, foreign
// content, and anything that would load a resource.
func inline(doc []byte, prefix, label string) (string, error) {
	d := xml.NewDecoder(bytes.NewReader(doc))
	w := &svgWriter{prefix: prefix, label: label}
	for {
		// RawToken keeps prefixes such as xlink as they are written.
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", fmt.Errorf("SVG: %w", err)
		}
		if err := w.token(tok); err != nil {
			return "", err
		}
	}
	switch {
	case !w.closed:
		return "", errors.New("SVG: no svg element, or an unclosed one")
	case !w.sized:
		return "", errors.New("SVG: the root has no width, height or viewBox")
	}
	return w.out.String(), nil
}

// svgWriter copies tokens.
type svgWriter struct {
	prefix, label string
	out           strings.Builder
	open          []string
	closed, sized bool
}

func (w *svgWriter) token(tok xml.Token) error {
	switch t := tok.(type) {
	case xml.StartElement:
		return w.start(t)
	case xml.EndElement:
		name := qualified(t.Name)
		if len(w.open) == 0 || w.open[len(w.open)-1] != name {
			return fmt.Errorf("SVG: unexpected </%s>", name)
		}
		w.open = w.open[:len(w.open)-1]
		w.out.WriteString("</" + name + ">")
		w.closed = len(w.open) == 0
	case xml.CharData:
		if len(w.open) > 0 {
			w.out.WriteString(html.EscapeString(string(t)))
		}
	}
	return nil
}

// allowed are the elements that draw, group or describe.
var allowed = map[string]bool{
	"svg": true, "g": true, "path": true, "text": true, "tspan": true, "title": true, "desc": true,
	"rect": true, "circle": true, "ellipse": true, "line": true, "polyline": true, "polygon": true,
	"defs": true, "use": true, "clipPath": true, "mask": true, "pattern": true, "symbol": true, "marker": true,
	"linearGradient": true, "radialGradient": true, "stop": true,
}

func (w *svgWriter) start(t xml.StartElement) error {
	name := qualified(t.Name)
	if !allowed[name] {
		return fmt.Errorf("SVG: element %s is not allowed in a report", name)
	}
	root := len(w.open) == 0
	if root && (name != "svg" || w.closed) {
		return fmt.Errorf("SVG: %s outside the svg element", name)
	}
	w.open = append(w.open, name)
	w.out.WriteString("<" + name)
	if root {
		w.attribute("role", "img")
		w.attribute("aria-label", w.label)
	}
	size := map[string]bool{}
	for _, a := range t.Attr {
		key := qualified(a.Name)
		if root && (key == "role" || key == "aria-label") {
			continue
		}
		v, err := w.value(key, a.Value)
		if err != nil {
			return err
		}
		size[key] = true
		w.attribute(key, v)
	}
	if root {
		w.sized = size["width"] && size["height"] && size["viewBox"]
	}
	w.out.WriteString(">")
	return nil
}

func (w *svgWriter) attribute(key, value string) {
	fmt.Fprintf(&w.out, ` %s="%s"`, key, html.EscapeString(value))
}

// value prefixes ids and local references, and refuses others.
func (w *svgWriter) value(key, v string) (string, error) {
	switch {
	case strings.HasPrefix(strings.ToLower(key), "on"):
		return "", fmt.Errorf("SVG: attribute %s is not allowed in a report", key)
	case key == "xmlns" || strings.HasPrefix(key, "xmlns:"):
		return v, nil
	case key == "id":
		return w.prefix + v, nil
	case key == "href" || key == "xlink:href":
		if !strings.HasPrefix(v, "#") {
			return "", fmt.Errorf("SVG: reference to %q", v)
		}
		return "#" + w.prefix + v[1:], nil
	case strings.Contains(v, `\`): // an escape could spell url( or @import
		return "", fmt.Errorf("SVG: backslash in attribute %s", key)
	}
	return w.localURLs(v)
}

// localURLs prefixes each url(#id) in a style or paint attribute.
func (w *svgWriter) localURLs(v string) (string, error) {
	var b strings.Builder
	for {
		i := strings.Index(strings.ToLower(v), "url(")
		if i < 0 {
			b.WriteString(v)
			return b.String(), nil
		}
		rest := v[i+len("url("):]
		if !strings.HasPrefix(rest, "#") {
			return "", fmt.Errorf("SVG: reference to url(%s", rest)
		}
		b.WriteString(v[:i] + "url(#" + w.prefix)
		v = rest[1:]
	}
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}
