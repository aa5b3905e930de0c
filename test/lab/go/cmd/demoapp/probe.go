package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// probe tries to connect to every address given, all at once, and prints what came of each: `connected`, `refused`
// (the packet arrived, nobody listens) or `timeout` (it did not, or its answer did not).
func probe(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("probe", flag.ExitOnError)
	timeout := flags.Duration("timeout", 3*time.Second, "how long to wait for an answer")
	if err := flags.Parse(args); err != nil {
		return err
	}
	results := map[string]string{}
	var lock sync.Mutex
	var all sync.WaitGroup
	for _, address := range flags.Args() {
		all.Add(1)
		go func() {
			defer all.Done()
			outcome := try(ctx, address, *timeout)
			lock.Lock()
			defer lock.Unlock()
			results[address] = outcome
		}()
	}
	all.Wait()
	return json.NewEncoder(os.Stdout).Encode(results)
}

func try(ctx context.Context, address string, timeout time.Duration) string {
	dialer := net.Dialer{Timeout: timeout}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	var network net.Error
	switch {
	case err == nil:
		_ = conn.Close()
		return "connected"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.As(err, &network) && network.Timeout():
		return "timeout"
	default:
		return err.Error()
	}
}
