// Goroutines beside C: one that C keeps, others that are parked. Built as a program, or as a library for a foreign one.
package main

// #include <unistd.h>
// static void keep(void) { pause(); }
import "C"

import (
	"fmt"
	"os"
	"time"
)

//go:noinline
func inC() { C.keep() }

//go:noinline
func parked(c chan int) { <-c }

//export Start
func Start() {
	for i := 0; i < 3; i++ {
		go parked(make(chan int))
	}
	go inC()
	time.Sleep(200 * time.Millisecond)
	fmt.Println("ready")
	os.Stdout.Sync()
}

func main() {
	Start()
	time.Sleep(time.Hour)
}
