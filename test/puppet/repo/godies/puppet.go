// Package puppet binds the library.
package puppet

// #include "puppet.h"
import "C"

// Dies does what its name says, in C.
func Dies() { C.puppet_double_free() }
