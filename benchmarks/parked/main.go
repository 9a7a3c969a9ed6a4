// Parked is a server whose goroutines wait, in a handful of places as those of a real server do.
//
// Usage: parked N. It prints its address once all N goroutines stand. A heart beats every 5 ms; GET /gap answers
// with the longest time between two beats since it was asked last, in microseconds.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

type server struct {
	jobs     chan int
	done     chan struct{}
	lock     sync.Mutex
	changed  *sync.Cond
	standing sync.WaitGroup
	clients  []net.Conn // kept, or the collector would close them
	longest  atomic.Int64
}

func (s *server) worker() {
	s.standing.Done()
	for job := range s.jobs {
		fmt.Println(job)
	}
}

func (s *server) subscriber(events chan string) {
	s.standing.Done()
	for {
		select {
		case event := <-events:
			fmt.Println(event)
		case <-s.done:
			return
		}
	}
}

func (s *server) guarded() {
	s.standing.Done()
	s.lock.Lock()
	defer s.lock.Unlock()
}

func (s *server) watcher() {
	s.changed.L.Lock()
	s.standing.Done()
	s.changed.Wait()
	s.changed.L.Unlock()
}

func (s *server) sleeper() {
	s.standing.Done()
	time.Sleep(time.Hour)
}

func (s *server) reader(conn net.Conn) {
	s.standing.Done()
	line, err := bufio.NewReader(conn).ReadString('\n')
	fmt.Println(line, err)
}

// deep waits below some calls of its own, with arguments that differ from goroutine to goroutine.
//
//go:noinline
func (s *server) deep(level, id int) int {
	if level == 0 {
		s.standing.Done()
		return <-s.jobs
	}
	return s.deep(level-1, id) + id
}

func (s *server) start(id int) {
	switch id % 8 {
	case 0, 1:
		go s.worker()
	case 2, 3:
		go s.subscriber(make(chan string))
	case 4:
		go s.guarded()
	case 5:
		go s.watcher()
	case 6:
		go s.sleeper()
	case 7:
		go s.deep(id%12, id)
	}
}

// connections are read from, and nothing comes; descriptors are few, so these are too.
func (s *server) connections(count int) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.standing.Add(count)
	for i := 0; i < count; i++ {
		client, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			return err
		}
		s.clients = append(s.clients, client)
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go s.reader(conn)
	}
	return nil
}

func (s *server) beat() {
	last := time.Now()
	for range time.Tick(5 * time.Millisecond) {
		now := time.Now()
		if gap := now.Sub(last).Microseconds(); gap > s.longest.Load() {
			s.longest.Store(gap)
		}
		last = now
	}
}

func main() {
	log.SetFlags(0)
	count, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	s := &server{jobs: make(chan int), done: make(chan struct{}), changed: sync.NewCond(&sync.Mutex{})}
	s.lock.Lock()
	s.standing.Add(count)
	for id := 0; id < count; id++ {
		s.start(id)
	}
	if err := s.connections(100); err != nil {
		log.Fatal(err)
	}
	s.standing.Wait()
	go s.beat()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/gap", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, s.longest.Swap(0))
	})
	fmt.Printf("http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}
