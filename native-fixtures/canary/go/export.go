package fficanary

import "C"

// An int of Go has 8 bytes, one of C 4.
//
//export goCanary
func goCanary(value int) int { //~ canary_declared_export: declared = abi/wrong-width
	return value
}
