//go:build !amd64 || purego

package vector

// implementations returns those that this processor runs, the fastest first.
func implementations() []implementation { return []implementation{goLoops} }
