//go:build !amd64 || purego

package tile

// implementations returns the Go loops alone.
func implementations() []implementation { return []implementation{goLoops} }
