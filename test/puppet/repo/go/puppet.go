// Package puppet binds the library.
package puppet

// #include "puppet.h"
import "C"

// Race runs two C threads that count without a lock.
func Race() { C.puppet_race() }

// Sum adds in C.
func Sum(a, b int) int { return int(C.puppet_sum(C.int(a), C.int(b))) }
