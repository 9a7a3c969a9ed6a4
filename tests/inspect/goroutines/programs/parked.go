// Goroutines that stand in known places, or that move all the time.
//
//	parked park N    4*N parked goroutines
//	parked deep N    one, N calls deep
//	parked busy N    N that never rest
//	parked spin      one that runs
//	parked held      one whose thread sleeps in the kernel without the scheduler knowing
//	parked turn A B  nine that are parked, until it becomes program A, and that becomes B, and so on
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

type box[T any] struct{ v T }

//go:noinline
func (b *box[T]) wait(c chan T) T { return <-c }

func outer(c chan int)  { middle(c) }
func middle(c chan int) { <-c }

//go:noinline
func work(n int) int {
	if n == 0 {
		return 1
	}
	return work(n-1) + n
}

//go:noinline
func deep(n int, c chan int) int {
	if n == 0 {
		return <-c
	}
	return deep(n-1, c) + 1
}

//go:noinline
func spin() {
	for {
	}
}

//go:noinline
func held() {
	var fds [2]int
	syscall.Pipe(fds[:])
	var b [1]byte
	syscall.RawSyscall(syscall.SYS_READ, uintptr(fds[0]), uintptr(unsafe.Pointer(&b)), 1)
}

func busy(i int, mu *sync.Mutex, ch chan int) {
	for {
		mu.Lock()
		work(i % 50)
		mu.Unlock()
		select {
		case ch <- 1:
		case <-ch:
		}
		go work(1000)
		runtime.Gosched()
		time.Sleep(500 * time.Microsecond)
	}
}

//go:noinline
func turn(c chan int) {
	fmt.Println("ready")
	for i := 0; i < 9; i++ {
		go outer(c)
	}
	time.Sleep(10 * time.Millisecond)
	syscall.Exec(os.Args[2], []string{"parked", "turn", os.Args[3], os.Args[2]}, os.Environ())
}

func main() {
	n := 0
	if len(os.Args) > 2 {
		n, _ = strconv.Atoi(os.Args[2])
	}
	c := make(chan int)
	var mu sync.Mutex
	ch := make(chan int, 1)
	switch os.Args[1] {
	case "park":
		for i := 0; i < n; i++ {
			go outer(c)
			go (&box[int]{}).wait(c)
			go func() { select {} }()
			go func() { time.Sleep(time.Hour) }()
		}
	case "deep":
		go deep(n, c)
	case "spin":
		go spin()
	case "held":
		go held()
	case "busy":
		for i := 0; i < n; i++ {
			go busy(i, &mu, ch)
		}
	}
	if os.Args[1] == "turn" {
		turn(c)
	}
	time.Sleep(200 * time.Millisecond)
	fmt.Println("ready")
	time.Sleep(time.Hour)
}
