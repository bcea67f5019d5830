//go:build twin

package fixture

import (
	"testing"

	"fixture/twin"
)

var suite twin.Suite

func Test_abi_unusual(t *testing.T) { suite.UnusualPreamble() }
