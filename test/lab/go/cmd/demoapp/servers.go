package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// serve answers HTTP until it is told to stop; every accepted connection is told of.
func serve(ctx context.Context, address string, handler http.Handler) error {
	server := &http.Server{
		Addr:              address,
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ConnState: func(conn net.Conn, state http.ConnState) {
			if state == http.StateNew {
				tell("accepted", map[string]any{"local": conn.LocalAddr().String(), "remote": conn.RemoteAddr().String()})
			}
		},
	}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	tell("listening", map[string]any{"address": address})
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func healthy(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "ok\n")
}

func answerJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// frontend asks the backend for every request and passes on what it says.
func frontend(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("frontend", flag.ExitOnError)
	listen := flags.String("listen", ":8080", "address to serve on")
	target := flags.String("backend", "http://backend:8080/", "where the backend is")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var counted wire
	// A new connection each: the Service chooses a backend for every request.
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: counted.dial, DisableKeepAlives: true}}
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", healthy)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		response, err := client.Get(*target)
		if err != nil {
			answerJSON(w, http.StatusBadGateway, map[string]any{"frontend": podName, "error": err.Error()})
			return
		}
		defer response.Body.Close()
		var inner map[string]any
		if err := json.NewDecoder(io.LimitReader(response.Body, 1<<16)).Decode(&inner); err != nil {
			answerJSON(w, http.StatusBadGateway, map[string]any{"frontend": podName, "error": err.Error()})
			return
		}
		inner["frontend"] = podName
		w.Header().Set("X-Served-By", response.Header.Get("X-Served-By"))
		answerJSON(w, response.StatusCode, inner)
	})
	return serve(ctx, *listen, mux)
}

// backend counts its requests in the database.
func backend(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("backend", flag.ExitOnError)
	listen := flags.String("listen", ":8080", "address to serve on")
	database := flags.String("database", "database:6379", "host and port of a Redis")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var counted wire
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", healthy)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Served-By", podName)
		visits, err := increment(r.Context(), &counted, *database, "visits")
		if err != nil {
			answerJSON(w, http.StatusServiceUnavailable, map[string]any{"backend": podName, "error": err.Error()})
			return
		}
		answerJSON(w, http.StatusOK, map[string]any{"backend": podName, "visits": visits})
	})
	return serve(ctx, *listen, mux)
}

// increment sends INCR by Redis's protocol (RESP: https://redis.io/docs/latest/develop/reference/protocol-spec).
func increment(ctx context.Context, counted *wire, database, key string) (int64, error) {
	conn, err := counted.dial(ctx, "tcp", database)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := fmt.Fprintf(conn, "*2\r\n$4\r\nINCR\r\n$%d\r\n%s\r\n", len(key), key); err != nil {
		return 0, err
	}
	line, err := bufio.NewReader(io.LimitReader(conn, 1<<10)).ReadString('\n')
	if err != nil {
		return 0, err
	}
	number, isInteger := strings.CutPrefix(strings.TrimSpace(line), ":")
	if !isInteger {
		return 0, fmt.Errorf("the database answered %q", line)
	}
	return strconv.ParseInt(number, 10, 64)
}
