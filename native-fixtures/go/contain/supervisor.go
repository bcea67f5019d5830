// Package worker runs native code in a worker and contains its faults: a service answers, or refuses the one request.
package worker

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

const (
	startTime  = time.Minute
	answerTime = 250 * time.Millisecond
)

// Worker is one process, and the parent's ends of its pipes.
type Worker struct {
	Command *exec.Cmd
	In, Out *os.File
	Lines   *bufio.Reader
}

func start() (*Worker, error) {
	theirIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, theirIn.Close(), in.Close())
	}
	w := &Worker{In: in, Out: out, Lines: bufio.NewReader(out)}
	w.Command = exec.Command(filepath.Join(os.Getenv("FFI_GATES_TARGET_WORKER"), "fx_worker"))
	w.Command.Stdin, w.Command.Stdout, w.Command.Stderr = theirIn, theirOut, os.Stderr
	err = errors.Join(w.Command.Start(), theirIn.Close(), theirOut.Close())
	if err != nil {
		return nil, errors.Join(err, in.Close(), out.Close())
	}
	if line, err := w.Line(startTime); err != nil || line != "ready\n" {
		Release(w)
		return nil, fmt.Errorf("the worker did not start: %q %w", line, err)
	}
	return w, nil
}

// Line reads a line, if it comes in time.
func (w *Worker) Line(patience time.Duration) (string, error) {
	if err := w.Out.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	return w.Lines.ReadString('\n')
}

// Release ends a worker and all that the parent has of it.
func Release(w *Worker) {
	_ = w.Command.Process.Kill()
	_ = w.Command.Wait()
	_ = w.In.Close()
	_ = w.Out.Close()
}

// Supervisor is a service. Its fields are what it does; New fills in what is right.
type Supervisor struct {
	Worker  *Worker
	Receive func(*Worker) (string, error)
	Checked func(line string) (int, error)
	Release func(*Worker)
	Failed  func(*Supervisor)
}

// New starts a service.
func New() (*Supervisor, error) {
	w, err := start()
	return &Supervisor{w, receive, checked, Release, (*Supervisor).Replace}, err
}

func receive(w *Worker) (string, error) { return w.Line(answerTime) }

var answer = regexp.MustCompile(`^ok ([0-9]{1,12})\n$`)

// The answer, if the worker wrote one: what it writes is not trusted either.
func checked(line string) (int, error) {
	found := answer.FindStringSubmatch(line)
	if found == nil {
		return 0, errors.New("no answer")
	}
	return strconv.Atoi(found[1])
}

// Restart starts another worker.
func (s *Supervisor) Restart() {
	w, err := start()
	if err != nil {
		panic(err)
	}
	s.Worker = w
}

// Replace ends a worker that failed, and starts another.
func (s *Supervisor) Replace() {
	s.Release(s.Worker)
	s.Restart()
}

// Ask returns the sum of the bytes of a text. False if the request is refused.
func (s *Supervisor) Ask(text string) (int, bool) {
	if s.Worker == nil {
		return 0, false
	}
	_, err := s.Worker.In.WriteString(text + "\n")
	if err == nil {
		var line string
		if line, err = s.Receive(s.Worker); err == nil {
			var sum int
			if sum, err = s.Checked(line); err == nil {
				return sum, true
			}
		}
	}
	s.Failed(s)
	return 0, false
}

// Close ends the service.
func (s *Supervisor) Close() {
	if s.Worker != nil {
		s.Release(s.Worker)
	}
}

// Sum is what a worker has to answer.
func Sum(text string) int {
	sum := 0
	for i := 0; i < len(text); i++ {
		sum += int(text[i])
	}
	return sum
}
