package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// A Func computes one point. It must be safe for concurrent use and give the
// same result for the same point, bit for bit. An error is recorded with the
// point and stops no other; its text should not depend on host or time. When
// ctx ends the Func should return soon, with an error unless it has its result;
// the point then stays missing and is computed again by the next run.
type Func func(ctx context.Context, p Point) (Result, error)

// A PanicError is the error of a point whose Func panicked.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Options of a run; the zero value is usable.
type Options struct {
	Workers int                      // points side by side; 0: GOMAXPROCS
	Retry   bool                     // compute again the points that failed
	Grace   time.Duration            // how long to wait for Funcs after the context's end; 0: until they return
	Done    func(Event)              // called after each recorded point, never concurrently; may be nil
	Getenv  func(name string) string // names the scheduler's job in the file; nil: os.Getenv
}

// An Event reports one recorded point.
type Event struct {
	Point  Point
	Result Result // nil if Err is not
	Err    error
	Done   int // points of this shard that are recorded by now
	Total  int // points of this shard
}

// An Outcome sums up a run.
type Outcome struct {
	Points   int  // points of the shard
	Skipped  int  // recorded before this run
	Computed int  // recorded by this run
	Failed   int  // recorded as failed, before or by this run
	Stopped  bool // the context ended while points were left: run again
}

// Left is the number of points of the shard that are still missing.
func (o Outcome) Left() int { return o.Points - o.Skipped - o.Computed }

// Run computes the points of shard h that are not recorded yet and records
// them. A point that another division of the plan has recorded counts too: the
// shard 0/1 finishes what eight shards left over.
//
// The end of ctx stops the run: no new point starts, the running ones are
// cancelled through their own context, and Outcome.Stopped is set unless all
// were done. With a Grace, Run returns after that time even if a Func does not,
// and what that Func still gives is dropped. An error of Run is one of the
// folder: a locked or damaged file, a full disk. What is recorded stays valid.
func (s *Sweep) Run(ctx context.Context, h Shard, f Func, o Options) (out Outcome, err error) {
	if err := h.check(); err != nil {
		return Outcome{}, err
	}
	states, err := s.statesElsewhere(h)
	if err != nil {
		return Outcome{}, err
	}
	j, err := s.openJournal(s.newOpening(h, o.Getenv), func(o outcome) { states.add(o) })
	if err != nil {
		return Outcome{}, err
	}
	defer func() { err = errors.Join(err, j.close()) }()

	todo := states.todo(h, o.Retry, &out)
	c := collector{journal: j, states: states, options: o, out: &out}
	err = c.run(ctx, s.Plan, todo, f)
	out.Stopped = ctx.Err() != nil && out.Left() > 0
	out.Failed = states.failed(h)
	return out, err
}

// newOpening describes this process.
func (s *Sweep) newOpening(h Shard, getenv func(string) string) opening {
	if getenv == nil {
		getenv = os.Getenv
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	job, restart := currentJob(getenv)
	return opening{
		Plan: s.Plan.ID, Shard: h, Host: host, PID: os.Getpid(),
		Job: job, Restart: restart, Time: time.Now().UTC().Truncate(time.Second),
	}
}

// A state says what the files hold of a point; of two records the greater
// counts.
type state uint8

const (
	missing state = iota
	failed
	done
)

// states has the state of every point of a plan.
type states []state

func (t states) add(o outcome) {
	st := done
	if o.Error != "" {
		st = failed
	}
	t[o.Number] = max(t[o.Number], st)
}

// todo lists the points of shard h to compute and counts the rest in out.
func (t states) todo(h Shard, retry bool, out *Outcome) []int {
	var list []int
	for n := h.Index; n < len(t); n += h.Count {
		out.Points++
		if t[n] == missing || retry && t[n] == failed {
			list = append(list, n)
		} else {
			out.Skipped++
		}
	}
	return list
}

func (t states) failed(h Shard) (count int) {
	for n := h.Index; n < len(t); n += h.Count {
		if t[n] == failed {
			count++
		}
	}
	return count
}

// statesElsewhere reads the files of other divisions of the plan than h's. The
// other shards of its own division hold no point of h.
func (s *Sweep) statesElsewhere(h Shard) (states, error) {
	t := make(states, s.Plan.Points)
	found, err := s.shards()
	if err != nil {
		return nil, err
	}
	for _, g := range found {
		if g.Count == h.Count {
			continue
		}
		if _, err := s.readFile(g, func(_ int, o outcome) error { t.add(o); return nil }); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// finished is a point whose Func returned.
type finished struct {
	point  Point
	result Result
	err    error
}

// A collector writes down what the workers finish. It alone touches the journal.
type collector struct {
	journal *journal
	states  states
	options Options
	out     *Outcome
}

// run computes the points of todo. After an error of the journal it stops like
// after the end of ctx.
func (c *collector) run(ctx context.Context, plan *Plan, todo []int, f Func) error {
	ctx, cancel := context.WithCancel(ctx)
	quit := make(chan struct{})
	defer close(quit)
	defer cancel()
	results := startWorkers(ctx, quit, plan, todo, f, c.options.Workers)

	tick := time.NewTicker(syncInterval)
	defer tick.Stop()
	ended := ctx.Done()
	var grace <-chan time.Time
	var failure error
	for {
		select {
		case r, ok := <-results:
			if !ok {
				return failure
			}
			if failure == nil && !(r.err != nil && ctx.Err() != nil) {
				failure = c.record(r)
			}
		case <-tick.C:
			if failure == nil {
				failure = c.journal.sync()
			}
		case <-ended:
			ended = nil
			if c.options.Grace > 0 {
				grace = time.After(c.options.Grace)
			}
		case <-grace:
			return failure
		}
		if failure != nil {
			cancel()
		}
	}
}

// record writes one outcome and reports it.
func (c *collector) record(r finished) error {
	if r.err == nil {
		r.err = r.result.checkAgainst(r.point.Settings)
	}
	o := newOutcome(r.point, r.result, r.err)
	if err := c.journal.append(record{Point: &o}); err != nil {
		return err
	}
	c.states.add(o)
	c.out.Computed++
	if c.options.Done != nil {
		c.options.Done(Event{
			Point: r.point, Result: o.Result, Err: r.err,
			Done: c.out.Skipped + c.out.Computed, Total: c.out.Points,
		})
	}
	return nil
}

// startWorkers computes the points of todo side by side. The channel is closed
// when all workers have ended; after quit is closed nobody needs to receive.
func startWorkers(ctx context.Context, quit <-chan struct{}, plan *Plan, todo []int, f Func, workers int) <-chan finished {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	feed := make(chan int)
	go func() {
		defer close(feed)
		for _, n := range todo {
			select {
			case feed <- n:
			case <-ctx.Done():
				return
			}
		}
	}()
	results := make(chan finished)
	var group sync.WaitGroup
	for range min(workers, len(todo)) {
		group.Go(func() {
			for n := range feed {
				if ctx.Err() != nil {
					return
				}
				r := compute(ctx, plan.Point(n), f)
				select {
				case results <- r:
				case <-quit:
					return
				}
			}
		})
	}
	go func() {
		group.Wait()
		close(results)
	}()
	return results
}

// compute calls f and turns a panic into an error, so that one bad point does
// not take the others with it.
func compute(ctx context.Context, p Point, f Func) (r finished) {
	r.point = p
	defer func() {
		if v := recover(); v != nil {
			r.result, r.err = nil, &PanicError{v, debug.Stack()}
		}
	}()
	r.result, r.err = f(ctx, p)
	return r
}
