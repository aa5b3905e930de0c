// Command demoapp is the demo application of the lab: servers that say who asked and who answered, and generators of
// traffic that are bounded in count and time and count what they send. Everything it tells is one JSON object a line.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// commands are what the program can be.
var commands = map[string]func(ctx context.Context, args []string) error{
	"frontend":  frontend,
	"backend":   backend,
	"load":      load,
	"dns":       dns,
	"probe":     probe,
	"echo":      echo,
	"datagrams": datagrams,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: demoapp frontend|backend|load|dns|probe|echo|datagrams OPTIONS (-h tells them)")
		os.Exit(64)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := commands[os.Args[1]](ctx, os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "demoapp %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}
