// Package report writes the page a run, a sweep or a characterisation leaves
// behind, and the bibliography of the models it used.
//
// The page, report.html, is one file that needs nothing else: no script, no
// font, style sheet or image from elsewhere. Figures are inlined as SVG. It
// fits a phone's screen (wide tables scroll inside their own box), prints, and
// gives every figure a text alternative. A content security policy in the page
// forbids it to load anything, so that a figure or text handed in by mistake
// cannot either; [Report.Write] moreover refuses SVG that tries.
//
// The same [Report] gives the same bytes. The package knows tables, figures
// and references only; what they mean is its callers' business.
//
// [References] holds the papers behind the models under short keys such as
// "ambrogio2018". The registry carries bibliographic facts only.
package report
