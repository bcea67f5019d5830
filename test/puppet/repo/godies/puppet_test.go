package puppet

import "testing"

func TestDies(t *testing.T) { Dies() }
