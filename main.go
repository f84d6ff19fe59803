// Command keyrota is a terminal dashboard for an individual trader's API keys
// at crypto exchanges.
package main

import (
	"context"
	"os"
	"time"

	// The guards come first: they keep the libraries below from dialling a
	// dead D-Bus and from asking the terminal for its colours at start.
	_ "github.com/keyrota/keyrota/store/oskeyring/busguard"
	"github.com/keyrota/keyrota/ui/termguard"

	"github.com/keyrota/keyrota/ui"
	"github.com/keyrota/keyrota/ui/command"
)

// version is set by the release build: -ldflags "-X main.version=v1.2.3".
var version = "devel"

func main() {
	os.Exit(run())
}

func run() int {
	termguard.Restore()
	command.Harden(os.Getenv)
	app := command.App{
		Version: version, Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Now: time.Now, Screen: ui.Run,
	}
	return app.Run(context.Background())
}
