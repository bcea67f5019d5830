//go:build twin

package fixture

import "fixture/twin"

var suite twin.Suite
