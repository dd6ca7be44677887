package sweep

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"time"
)

// maxLine bounds one record of a shard file, in bytes; assumed.
const maxLine = 1 << 20

// A line of a shard file is
//
//	{"crc32c":"1a2b3c4d","record":{...}}
//
// with the CRC-32C (Castagnoli) of the bytes of the record.
const (
	lineHead = `{"crc32c":"`
	lineMid  = `","record":`
	lineTail = "}\n"
	sumLen   = 8
	bodyFrom = len(lineHead) + sumLen + len(lineMid)
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A record is one line: one of the two is set.
type record struct {
	Open  *opening `json:"open,omitempty"`
	Point *outcome `json:"point,omitempty"`
}

// An opening says who wrote the records that follow. A lock alone does not: on
// some network file systems it is not carried, and a task that the scheduler
// lost may still run.
type opening struct {
	Plan    ID        `json:"plan"`
	Shard   Shard     `json:"shard"`
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Job     string    `json:"job,omitempty"`     // as the scheduler names it
	Restart string    `json:"restart,omitempty"` // as the scheduler counts it
	Time    time.Time `json:"time"`
}

// String describes the writer for messages.
func (o *opening) String() string {
	s := fmt.Sprintf("process %d on %s since %s", o.PID, o.Host, o.Time.Format(time.RFC3339))
	if o.Job != "" {
		s += ", " + o.Job
	}
	if o.Restart != "" {
		s += ", restart " + o.Restart
	}
	return s
}

// An outcome is what became of one point.
type outcome struct {
	Number int    `json:"number"`
	ID     ID     `json:"id"`
	Result Result `json:"result,omitempty"`
	Error  string `json:"error,omitempty"` // not empty if the point failed
}

// newOutcome is the end of point p with the checked result r, or with err.
func newOutcome(p Point, r Result, err error) outcome {
	if err == nil {
		return outcome{Number: p.Number, ID: p.ID, Result: r}
	}
	text := strings.ToValidUTF8(err.Error(), "\uFFFD")
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") // the cut may split a character
	}
	if text == "" {
		text = "failed without a message"
	}
	return outcome{Number: p.Number, ID: p.ID, Error: text}
}

// encodeLine returns the line of rec with its newline.
func encodeLine(rec record) ([]byte, error) {
	body, err := json.Marshal(rec)
	if err != nil {
		return nil, err
	}
	line := make([]byte, 0, bodyFrom+len(body)+len(lineTail))
	line = append(line, lineHead...)
	line = append(line, sumText(body)...)
	line = append(line, lineMid...)
	line = append(line, body...)
	line = append(line, lineTail...)
	if len(line) > maxLine {
		return nil, fmt.Errorf("record of %d bytes, at most %d are possible", len(line), maxLine)
	}
	return line, nil
}

func sumText(body []byte) string {
	var b [4]byte
	s := crc32.Checksum(body, castagnoli)
	b[0], b[1], b[2], b[3] = byte(s>>24), byte(s>>16), byte(s>>8), byte(s)
	return hex.EncodeToString(b[:])
}

// checkedBody returns the record inside a whole line, or an error if the bytes
// are not those that were written.
func checkedBody(line []byte) ([]byte, error) {
	body, ok := bytes.CutSuffix(line, []byte(lineTail))
	if !ok || len(body) < bodyFrom || string(body[:len(lineHead)]) != lineHead ||
		string(body[len(lineHead)+sumLen:bodyFrom]) != lineMid {
		return nil, errors.New("no record")
	}
	sum := string(body[len(lineHead) : len(lineHead)+sumLen])
	body = body[bodyFrom:]
	if want := sumText(body); sum != want {
		return nil, fmt.Errorf("checksum %s, the record gives %s", sum, want)
	}
	return body, nil
}

// decodeBody decodes the checked bytes of a record.
func decodeBody(body []byte) (record, error) {
	var rec record
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&rec); err != nil {
		return record{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return record{}, errors.New("text after the record")
	}
	if (rec.Open == nil) == (rec.Point == nil) {
		return record{}, errors.New(`want one of "open" and "point"`)
	}
	return rec, nil
}

// A DamageError reports a shard file with a bad record that is not its last
// one, and which a crash can therefore not explain.
type DamageError struct {
	File string
	Line int // from 1
	Err  error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("%s:%d: damaged record: %v; delete the file, or that line, to compute its points again", e.File, e.Line, e.Err)
}

func (e *DamageError) Unwrap() error { return e.Err }

// scanRecords calls visit for each record of r and returns the offset behind
// the last good one. A last line that is torn, that is without its newline or
// with a wrong checksum, is left out; the caller may cut the file there. Any
// other bad line, and an error of visit, is a [DamageError] for file.
func scanRecords(r io.Reader, file string, visit func(record) error) (end int64, err error) {
	b := bufio.NewReaderSize(r, 64<<10)
	var torn error // what is wrong with the line before this one
	for line := 1; ; line++ {
		text, err := readLine(b)
		switch {
		case err == io.EOF: // what is left has no newline
			if torn != nil && len(text) > 0 {
				return end, &DamageError{file, line - 1, torn}
			}
			return end, nil
		case torn != nil:
			return end, &DamageError{file, line - 1, torn}
		case errors.Is(err, errLongLine):
			return end, &DamageError{file, line, err}
		case err != nil:
			return end, fmt.Errorf("%s: %w", file, err)
		}
		body, err := checkedBody(text)
		if err != nil {
			torn = err
			continue
		}
		rec, err := decodeBody(body)
		if err == nil {
			err = visit(rec)
		}
		if err != nil {
			return end, &DamageError{file, line, err}
		}
		end += int64(len(text))
	}
}

var errLongLine = fmt.Errorf("line longer than %d bytes", maxLine)

// readLine returns the next line with its newline, or io.EOF and the rest.
func readLine(b *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := b.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return nil, errLongLine
		}
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}
