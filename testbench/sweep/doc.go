// Package sweep runs one computation at many points and gathers the results,
// on one machine or on many, by the same mechanism. It does not know what a
// point computes: the caller gives a [Func].
//
// # Plan
//
// A [Spec] names parameters and their values; its plan is the cross product of
// the values, the last parameter fastest, each combination repeated with other
// seeds. Points are numbered from 0. A point's id is the SHA-256 of the base
// inputs' hash, its settings and its repeat index; its seed is a stream keyed
// by the plan's seed and that id. So no result depends on the order of work,
// on the shard, on the number of workers, on a resume, or on which other points
// the plan has. [Create] freezes the plan in plan.json; a folder never changes
// its plan.
//
// # Shards
//
// Shard i of N computes the points whose number is i modulo N. It alone writes
// shards/i-of-N.jsonl: one JSON record per line, each with a CRC-32C, appended
// and synced to the disk at least once a second. A writer holds a lock on the
// file, and an "open" record says which host and process wrote what follows. A
// crash leaves at most a torn last line, which the next writer cuts off; damage
// anywhere else is an error that names file and line. Points already recorded
// are not computed again.
//
// [Select] finds the shard in the environment of a Slurm array, a Kubernetes
// indexed Job, an LSF or a Grid Engine array. N comes from the plan, never from
// the environment: when two tasks of eight are submitted again, the scheduler's
// count says two.
//
// # Merge
//
// [Sweep.Merge] reads every shard file and writes results.csv and results.json.
// It refuses while a point is missing ([MissingError]) or recorded with two
// different results ([ConflictError]); identical records may be repeated, as
// when a task that was thought dead still ran. The bytes written depend on the
// plan and on the results alone, not on shards, hosts or times. Whether a sweep
// is complete is decided by these files, never by a scheduler's job states.
//
// # Validity
//
// A Func must be a function of its point: same point, same result, bit for bit.
// Measures are finite float64; units belong in their names. At most [MaxPoints]
// points. The locks are flock(2): on a network file system that does not carry
// them two hosts could write one shard file; the records' checksums and the
// merge's comparison then still tell damage from data. LSF, Grid Engine and
// Kubernetes follow their documentation and were not run; Slurm was.
package sweep
