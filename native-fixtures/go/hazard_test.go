//go:build !twin

// Package fixture has the tests of both suites: of package twin under the build tag of that name, else of hazard.
package fixture

import "fixture/hazard"

var suite hazard.Suite
