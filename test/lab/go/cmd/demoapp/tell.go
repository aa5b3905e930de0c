package main

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// podName is the name of the pod, which is the host name of its containers.
var podName, _ = os.Hostname()

var telling sync.Mutex

// tell writes one event; pod, process and time are added to what it says.
func tell(event string, values map[string]any) {
	line := map[string]any{"event": event, "at": time.Now().UTC().Format(time.RFC3339Nano), "pod": podName, "pid": os.Getpid()}
	for key, value := range values {
		line[key] = value
	}
	text, err := json.Marshal(line)
	if err != nil {
		return
	}
	telling.Lock()
	defer telling.Unlock()
	_, _ = os.Stdout.Write(append(text, '\n'))
}

// wire counts what goes over connections: payload as the program sees it, below TLS.
type wire struct {
	connections, sent, received atomic.Int64
	// port is the local one of every connection, each after the one before; 0: a free one.
	port int
}

type countedConn struct {
	net.Conn
	wire *wire
}

func (c countedConn) Read(data []byte) (int, error) {
	n, err := c.Conn.Read(data)
	c.wire.received.Add(int64(n))
	return n, err
}

func (c countedConn) Write(data []byte) (int, error) {
	n, err := c.Conn.Write(data)
	c.wire.sent.Add(int64(n))
	return n, err
}

// dial opens connections that are counted and told of.
func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	if w.port != 0 {
		dialer.LocalAddr = &net.TCPAddr{Port: w.port}
	}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if tcp, ok := conn.(*net.TCPConn); ok && w.port != 0 {
		// Reset at its end, or the port would rest for a minute.
		_ = tcp.SetLinger(0)
	}
	w.connections.Add(1)
	tell("connected", map[string]any{"local": conn.LocalAddr().String(), "remote": conn.RemoteAddr().String(), "to": address})
	return countedConn{conn, w}, nil
}

// values are the counts so far.
func (w *wire) values() map[string]any {
	return map[string]any{"connections": w.connections.Load(), "bytesSent": w.sent.Load(), "bytesReceived": w.received.Load()}
}
