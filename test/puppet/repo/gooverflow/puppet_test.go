package puppet

import "testing"

func TestOverflow(t *testing.T) { Overflow() }
