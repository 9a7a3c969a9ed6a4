// An HTTP client that waits for its own server: prints the URL it asks for when the server has the request.
//
//	client tls | h2 | h2body | gzip | redirect
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"
)

func main() {
	kind := os.Args[1]
	reached := make(chan string, 10)
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/first" {
			http.Redirect(w, r, "/wait/%21here?a=b&c", http.StatusFound)
			return
		}
		if strings.HasSuffix(kind, "body") || kind == "gzip" {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			z.Write([]byte("the beginning"))
			z.Flush()
			if kind == "gzip" {
				w.Header().Set("Content-Encoding", "gzip")
			}
			w.Write(b.Bytes())
			w.(http.Flusher).Flush()
		}
		time.Sleep(200 * time.Millisecond)
		reached <- r.URL.RequestURI()
		select {}
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(handler))
	server.EnableHTTP2 = strings.HasPrefix(kind, "h2")
	if kind == "redirect" || kind == "gzip" {
		server.Start()
	} else {
		server.StartTLS()
	}
	path := "/wait/%21here?a=b&c"
	if kind == "redirect" {
		path = "/first"
	}
	go func() {
		url := strings.Replace(server.URL, "://", "://user:secret@", 1)
		resp, err := server.Client().Post(url+path, "text/plain", strings.NewReader("x"))
		if err == nil {
			io.Copy(io.Discard, resp.Body)
		}
		panic(fmt.Sprint("came back: ", err))
	}()
	fmt.Println(server.URL + <-reached)
	time.Sleep(time.Hour)
}
