package exchangetest

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Reply is one answer of a fake exchange. The zero Reply is an empty 200.
type Reply struct {
	Status int // default 200
	Header http.Header
	Body   string // JSON unless Header says something else

	// misbehave replaces the ordinary way to answer.
	misbehave func(w http.ResponseWriter, r *http.Request, closing <-chan struct{})
}

// With returns the reply with a header added.
func (r Reply) With(name, value string) Reply {
	h := maps.Clone(r.Header)
	if h == nil {
		h = http.Header{}
	}
	h.Set(name, value)
	r.Header = h
	return r
}

// Handler answers every request with r.
func (r Reply) Handler() Handler { return func(Request) Reply { return r } }

func (r Reply) write(w http.ResponseWriter, req *http.Request, closing <-chan struct{}) {
	w.Header().Set("Content-Type", "application/json")
	for k, v := range r.Header {
		w.Header()[k] = v
	}
	if r.misbehave != nil {
		r.misbehave(w, req, closing)
		return
	}
	if r.Status != 0 {
		w.WriteHeader(r.Status)
	}
	_, _ = io.WriteString(w, r.Body)
}

// JSON is a 200 with a body.
func JSON(body string) Reply { return Reply{Body: body} }

// Status is an answer with a status and a JSON body.
func Status(status int, body string) Reply { return Reply{Status: status, Body: body} }

// Page is what an edge server, a captive portal or a firewall answers: HTML.
func Page(status int) Reply {
	return Reply{
		Status: status, Header: http.Header{"Content-Type": {"text/html"}},
		Body: "<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>" + strconv.Itoa(status) + "</h1></body></html>",
	}
}

// Redirect sends the caller to target.
func Redirect(target string) Reply {
	return Reply{Status: http.StatusTemporaryRedirect}.With("Location", target)
}

// Drop closes the connection without an answer.
func Drop() Reply {
	return Reply{misbehave: func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) {
		hangUp(w, "")
	}}
}

// CutOff promises more bytes than body has and hangs up after it.
func CutOff(body string) Reply {
	return Reply{misbehave: func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) {
		hangUp(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "+
			strconv.Itoa(len(body)+100)+"\r\n\r\n"+body)
	}}
}

// Raw answers with bytes that need not be HTTP and hangs up.
func Raw(text string) Reply {
	return Reply{misbehave: func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) { hangUp(w, text) }}
}

func hangUp(w http.ResponseWriter, parting string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(conn, parting)
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	_ = conn.Close()
}

// Hang keeps the caller waiting until it gives up or the server closes.
func Hang() Reply {
	return Reply{misbehave: func(_ http.ResponseWriter, r *http.Request, closing <-chan struct{}) {
		select {
		case <-r.Context().Done():
		case <-closing:
		}
	}}
}

// Endless begins like JSON and goes on until the caller hangs up. sent, if not
// nil, counts the bytes that were written.
func Endless(sent *atomic.Int64) Reply {
	return Reply{misbehave: func(w http.ResponseWriter, _ *http.Request, closing <-chan struct{}) {
		pour(w, 64<<20, sent, closing)
	}}
}

// Bomb is Endless behind gzip: few bytes on the wire, many for the reader.
func Bomb() Reply {
	r := Reply{misbehave: func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) { _, _ = w.Write(bomb()) }}
	return r.With("Content-Encoding", "gzip")
}

// bomb is packed once: a busy machine may take longer for that than an adapter
// waits.
var bomb = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	pour(z, 8<<20, nil, nil)
	_ = z.Close()
	return b.Bytes()
})

// pour writes until the reader hangs up, but no more than most bytes, so that a
// reader that never does makes the law fail instead of filling the memory.
func pour(w io.Writer, most int, sent *atomic.Int64, closing <-chan struct{}) {
	chunk := strings.Repeat("[", 32<<10)
	for total := 0; total < most; {
		select {
		case <-closing:
			return
		default:
		}
		n, err := io.WriteString(w, chunk)
		total += n
		if sent != nil {
			sent.Add(int64(n))
		}
		if err != nil {
			return
		}
	}
}

// Sequence answers with each reply in turn and repeats the last.
func Sequence(replies ...Reply) Handler {
	var next atomic.Int64
	return func(Request) Reply {
		i := int(next.Add(1)) - 1
		return replies[min(i, len(replies)-1)]
	}
}
