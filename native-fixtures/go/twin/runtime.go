package twin

// #include <errno.h>
// #include <stdlib.h>
// #include <fixture.h>
// typedef struct { void *inner; } outer;
// static void take(outer *o) { (void)o; }
// static int openMissing(void) { return fx_open_missing() < 0 ? errno : 0; }
// extern int goEvent(int, void *);
// static void listen(void) { fx_on_event((fx_callback)goEvent, NULL); }
// extern int goQueue(int, void *);
// static void listenQueue(void) { fx_on_event((fx_callback)goQueue, NULL); }
import "C"
import (
	"sync"
	"unsafe"
)

//export goEvent
func goEvent(value C.int, _ unsafe.Pointer) (result C.int) {
	defer func() {
		if recover() != nil {
			result = -1
		}
	}()
	panic("out of a callback")
}

func (Suite) PanicThroughC() {
	C.listen()
	C.fx_fire(1)
}

var queued []C.int

//export goQueue
func goQueue(value C.int, _ unsafe.Pointer) C.int {
	queued = append(queued, value)
	return value
}

func (Suite) FireAgain() {
	queued = nil
	C.listenQueue()
	C.fx_fire(0)
	C.fx_on_event(nil, nil)
	if len(queued) != 1 {
		panic("nothing was queued")
	}
}

func (Suite) ThrowFromC() { C.fx_may_throw(0) }

func parse(digits string) (int, bool) {
	text := C.CString(digits)
	defer C.free(unsafe.Pointer(text))
	var problem *C.char
	n := C.fx_parse(text, &problem)
	C.free(unsafe.Pointer(problem))
	return int(n), n >= 0
}

func (Suite) IgnoreError() {
	n, ok := parse("7")
	if !ok {
		panic("7 is no number")
	}
	if _, ok := parse("seven"); !ok {
		sink += n
	}
}

func (Suite) ReadErrnoLate() {
	if _, err := C.fx_open_missing(); err == nil {
		panic("errno was lost")
	}
	if C.openMissing() != C.ENOENT {
		panic("errno was lost in C")
	}
}

func (Suite) PointerToPointer() {
	inner := C.malloc(8)
	defer C.free(inner)
	C.take(&C.outer{inner: inner})
}

func (Suite) StoreInC() {
	cell := (*unsafe.Pointer)(C.malloc(8))
	*cell = C.malloc(8)
	C.free(*cell)
	C.free(unsafe.Pointer(cell))
}

func (Suite) RaceInGo() {
	shared := 0
	var lock sync.Mutex
	var both sync.WaitGroup
	for i := 0; i < 2; i++ {
		both.Add(1)
		go func() {
			defer both.Done()
			for j := 0; j < 1000; j++ {
				lock.Lock()
				shared++
				lock.Unlock()
			}
		}()
	}
	both.Wait()
	sink += shared
}

func (Suite) RaceInLibrary() {
	C.fx_worker_start(1, 2000)
	for i := 0; i < 2000; i++ {
		C.fx_count_locked()
	}
	C.fx_worker_join()
}

func (Suite) RaceOnHostMemory() {
	cell := (*C.int)(C.calloc(1, 4))
	C.fx_scribble_start(cell, 200000)
	C.fx_scribble_join()
	sink += int(*cell)
	C.free(unsafe.Pointer(cell))
}

func (Suite) Starve() {
	var all sync.WaitGroup
	slots := make(chan struct{}, 4)
	for i := 0; i < 16; i++ {
		all.Add(1)
		slots <- struct{}{}
		go func() {
			defer all.Done()
			C.fx_sleep_ms(150)
			<-slots
		}()
	}
	all.Wait()
}

func (Suite) Narrow() { sink += int(int64(C.fx_wide(1<<40, 1))) }

func (Suite) Signed() { sink += int(uint32(C.fx_unsigned_max())) }

// record has the layout of C, nested and under other names; what nobody uses is reserved.
type record struct {
	head struct {
		sort   uint8
		number uint32
	}
	tag    uint16
	_      [6]uint8
	weight float64
}

func (Suite) WrongLayout() {
	r := C.fx_record{kind: 1, count: 2, tag: 3, weight: 4}
	sink += int(C.fx_record_digest(&r))
	own := record{tag: 3, weight: 4}
	own.head.sort, own.head.number = 1, 2
	sink += int(C.fx_record_digest((*C.fx_record)(unsafe.Pointer(&own))))
}

func (Suite) Utf16() {
	text := append([]byte("café"), 0)
	sink += int(C.fx_utf8_points((*C.char)(unsafe.Pointer(&text[0]))))
}

func (Suite) Latin1() {
	text := C.CString("café")
	defer C.free(unsafe.Pointer(text))
	sink += int(C.fx_utf8_points(text))
}
