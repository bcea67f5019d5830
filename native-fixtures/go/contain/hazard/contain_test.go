// Package hazard has services that do not contain what their worker does. Each is right but for one function.
package hazard

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"worker"
)

func use(t *testing.T, spoil func(*worker.Supervisor)) {
	service, err := worker.New()
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	spoil(service)
	for _, text := range []string{"ab", "c", "d"} {
		if sum, ok := service.Ask(text); ok && sum != worker.Sum(text) {
			t.Fatalf("%q is %d", text, sum)
		}
	}
}

func Test_trust_crash_not_contained__death(t *testing.T) {
	use(t, func(s *worker.Supervisor) {
		s.Failed = func(*worker.Supervisor) {
			os.Exit(1) //~ trust_crash_not_contained__death: contain = trust/crash-not-contained
		}
	})
}

func Test_trust_crash_not_contained__hang(t *testing.T) {
	use(t, func(s *worker.Supervisor) {
		s.Receive = func(w *worker.Worker) (string, error) {
			return w.Lines.ReadString('\n') //~ trust_crash_not_contained__hang: contain = trust/crash-not-contained
		}
	})
}

func Test_trust_crash_not_contained__answer(t *testing.T) {
	use(t, func(s *worker.Supervisor) {
		s.Checked = func(line string) (int, error) {
			sum, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "ok ")))
			if err != nil {
				return len(line), nil //~ trust_crash_not_contained__answer: contain = trust/crash-not-contained
			}
			return sum, nil
		}
	})
}

func Test_trust_crash_not_contained__replacement(t *testing.T) {
	use(t, func(s *worker.Supervisor) {
		s.Failed = func(s *worker.Supervisor) {
			s.Release(s.Worker)
			s.Worker = nil //~ trust_crash_not_contained__replacement: contain = trust/crash-not-contained
		}
	})
}

func Test_trust_crash_not_contained__process(t *testing.T) {
	use(t, func(s *worker.Supervisor) {
		s.Release = func(w *worker.Worker) {
			_ = w.In.Close() //~ trust_crash_not_contained__process: contain = trust/crash-not-contained
			_ = w.Out.Close()
		}
	})
}

func Test_trust_crash_not_contained__zombie(t *testing.T) {
	use(t, func(s *worker.Supervisor) {
		s.Release = func(w *worker.Worker) {
			_ = w.Command.Process.Kill() //~ trust_crash_not_contained__zombie: contain = trust/crash-not-contained
			_ = w.In.Close()
			_ = w.Out.Close()
		}
	})
}

func Test_trust_crash_not_contained__descriptor(t *testing.T) {
	var broken []*worker.Worker
	use(t, func(s *worker.Supervisor) {
		s.Failed = func(s *worker.Supervisor) {
			_ = s.Worker.Command.Process.Kill()
			_ = s.Worker.Command.Wait()
			broken = append(broken, s.Worker) //~ trust_crash_not_contained__descriptor: contain = trust/crash-not-contained
			s.Restart()
		}
	})
	t.Log(len(broken), "workers broke")
}
