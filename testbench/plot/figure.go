package plot

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"image/color"
	"io"
	"os"
	"strings"

	gplot "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// ErrNoData is wrapped by the error of a figure that has nothing to draw.
var ErrNoData = errors.New("no data")

// A Figure is a finished drawing. It is immutable and may be written any
// number of times.
type Figure struct {
	title  string
	alt    string
	height vg.Length
	plot   *gplot.Plot
	legend legend
	side   sidebar // nil, or drawn in a strip right of the data
}

// A sidebar draws in a strip of the given width beside the data area.
type sidebar interface {
	width() vg.Length
	// drawSide draws into c, whose vertical extent is that of the data.
	drawSide(c draw.Canvas)
}

// Title is the heading drawn above the data.
func (f *Figure) Title() string { return f.title }

// Alt says in words what the figure shows, for those who cannot see it.
func (f *Figure) Alt() string { return f.alt }

// SVG writes the figure as a standalone SVG document with role, label, size
// and viewBox. It contains no identifiers, scripts or references.
func (f *Figure) SVG(w io.Writer) error {
	c := vgsvg.New(figureWidth, f.height)
	f.draw(draw.New(c))
	var buf bytes.Buffer
	if _, err := c.WriteTo(&buf); err != nil {
		return fmt.Errorf("plot: %s: %w", f.title, err)
	}
	s := strings.Replace(buf.String(), "<svg ",
		fmt.Sprintf(`<svg role="img" aria-label="%s" `, html.EscapeString(f.alt)), 1)
	// Arial has Liberation Sans's metrics, so text keeps its place without it.
	s = strings.ReplaceAll(s, "font-family:Liberation Sans;",
		"font-family:Liberation Sans,Arial,Helvetica,sans-serif;")
	_, err := io.WriteString(w, s)
	return err
}

// PNG writes the figure as a PNG image, 200 dots per inch.
func (f *Figure) PNG(w io.Writer) error {
	c := vgimg.NewWith(vgimg.UseWH(figureWidth, f.height), vgimg.UseDPI(pngDPI))
	f.draw(draw.New(c))
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(w); err != nil {
		return fmt.Errorf("plot: %s: %w", f.title, err)
	}
	return nil
}

// Save writes base.svg and base.png.
func (f *Figure) Save(base string) error {
	for _, out := range []struct {
		ext   string
		write func(io.Writer) error
	}{{".svg", f.SVG}, {".png", f.PNG}} {
		var buf bytes.Buffer
		if err := out.write(&buf); err != nil {
			return err
		}
		if err := os.WriteFile(base+out.ext, buf.Bytes(), 0o666); err != nil {
			return fmt.Errorf("plot: %w", err)
		}
	}
	return nil
}

// draw lays title, legend, data and sidebar out from top to bottom.
func (f *Figure) draw(c draw.Canvas) {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, margin, -margin, margin, -margin)
	c.Max.Y -= drawTitle(c, f.title)
	c.Max.Y -= f.legend.draw(c)
	if f.side != nil {
		data := draw.Crop(c, 0, -f.side.width(), 0, 0)
		f.plot.Draw(data)
		inner := f.plot.DataCanvas(data)
		c.Min.X = data.Max.X
		c.Min.Y, c.Max.Y = inner.Min.Y, inner.Max.Y
		f.side.drawSide(c)
		return
	}
	f.plot.Draw(c)
}

// drawTitle draws the title at the top of c, wrapped to its width, and
// returns the height used.
func drawTitle(c draw.Canvas, title string) vg.Length {
	if title == "" {
		return 0
	}
	sty := boldStyle(titleSize)
	ext := sty.FontExtents()
	y := c.Max.Y
	for _, line := range wrap(title, sty.Width, c.Max.X-c.Min.X) {
		y -= ext.Height
		c.FillText(sty, vg.Point{X: c.Min.X, Y: y + ext.Descent}, line)
	}
	return c.Max.Y - y + 5
}

// wrap breaks s at spaces into lines no wider than width, unless one word
// alone is wider.
func wrap(s string, measure func(string) vg.Length, width vg.Length) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		longer := word
		if line != "" {
			longer = line + " " + word
		}
		if line != "" && measure(longer) > width {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	return append(lines, line)
}
