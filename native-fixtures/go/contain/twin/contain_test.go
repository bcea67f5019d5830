// Package twin has a service that contains what its worker does, in the situations in which those of the hazards do not.
package twin

import (
	"sync"
	"testing"

	"worker"
)

// Somebody is answered in the end, however busy the machine is.
func answered(s *worker.Supervisor, text string) bool {
	for i := 0; i < 40; i++ {
		if sum, ok := s.Ask(text); ok && sum == worker.Sum(text) {
			return true
		}
	}
	return false
}

func use(t *testing.T, texts ...string) {
	service, err := worker.New()
	if err != nil {
		t.Error(err)
		return
	}
	defer service.Close()
	for _, text := range texts {
		if sum, ok := service.Ask(text); ok && sum != worker.Sum(text) {
			t.Errorf("%q is %d", text, sum)
		}
	}
	if !answered(service, "z") {
		t.Error("nobody is answered")
	}
}

func Test_trust_crash_not_contained__death(t *testing.T)       { use(t, "ab") }
func Test_trust_crash_not_contained__hang(t *testing.T)        { use(t, "") }
func Test_trust_crash_not_contained__answer(t *testing.T)      { use(t, "ok 7") }
func Test_trust_crash_not_contained__replacement(t *testing.T) { use(t) }

// Two workers: what befalls one does not concern the other.
func Test_trust_crash_not_contained__process(t *testing.T) {
	var tenants sync.WaitGroup
	for i := 0; i < 2; i++ {
		tenants.Add(1)
		go func() {
			defer tenants.Done()
			use(t)
		}()
	}
	tenants.Wait()
}

func Test_trust_crash_not_contained__zombie(t *testing.T)     { use(t, "a") }
func Test_trust_crash_not_contained__descriptor(t *testing.T) { use(t, "a", "b") }
