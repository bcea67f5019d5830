package puppet

import "testing"

func TestRace(t *testing.T) { Race() }

func TestSum(t *testing.T) {
	if Sum(2, 3) != 5 {
		t.Fatal("2 + 3")
	}
}
