package main

import (
	"context"
	"flag"
	"net"
	"time"
)

// echo answers datagrams on one socket that is connected to nobody, and tells of each.
func echo(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("echo", flag.ExitOnError)
	listen := flags.String("listen", ":9053", "address to answer on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	conn, err := net.ListenPacket("udp", *listen)
	if err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		_ = conn.Close()
	}()
	tell("listening", map[string]any{"address": conn.LocalAddr().String()})
	var data [2048]byte
	for {
		n, from, err := conn.ReadFrom(data[:])
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		tell("answered", map[string]any{"remote": from.String()})
		if _, err := conn.WriteTo(data[:n], from); err != nil {
			return err
		}
	}
}

// datagrams sends to an echo, each datagram from a new socket that is connected to nobody, and counts what comes back.
func datagrams(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("datagrams", flag.ExitOnError)
	limits := boundFlags(flags)
	to := flags.String("to", "127.0.0.1:9053", "where to send")
	if err := flags.Parse(args); err != nil {
		return err
	}
	address, err := net.ResolveUDPAddr("udp", *to)
	if err != nil {
		return err
	}
	sent, answered := 0, 0
	limits.run(ctx, func(context.Context) {
		conn, err := net.ListenPacket("udp", ":0")
		if err != nil {
			return
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
		if _, err := conn.WriteTo([]byte("a datagram"), address); err != nil {
			return
		}
		sent++
		tell("sent", map[string]any{"local": conn.LocalAddr().String()})
		var data [2048]byte
		if _, _, err := conn.ReadFrom(data[:]); err == nil {
			answered++
		}
	}, func() map[string]any { return map[string]any{"sent": sent, "answered": answered} })
	return nil
}
