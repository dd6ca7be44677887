package testbench

// An InputError marks what is wrong with the data, the folder or the options
// that the user named, not with the program or the machine.
type InputError struct{ Err error }

func (e *InputError) Error() string { return e.Err.Error() }

func (e *InputError) Unwrap() error { return e.Err }
