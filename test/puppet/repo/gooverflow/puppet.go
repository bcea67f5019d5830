// Package puppet binds the library.
package puppet

// #include "puppet.h"
import "C"

// Overflow does what its name says, in C.
func Overflow() { C.puppet_overflow(7) }
