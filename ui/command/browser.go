package command

import (
	"context"
	"net/url"
	"os/exec"
	"runtime"
	"time"

	"github.com/keyrota/keyrota/store/oskeyring/busguard"
	"github.com/keyrota/keyrota/ui/desk"
)

// openPage returns the func that opens a page in the person's browser, with
// the tool that the system has for that.
func openPage(getenv func(string) string) func(string) error {
	return func(page string) error {
		u, err := url.Parse(page)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			return desk.Refuse("that is no address of a page", "Copy it into your browser by hand.")
		}
		name, args := browser(runtime.GOOS, getenv("BROWSER"))
		// The browser outlives us. The address is one that we know, and never a secret.
		cmd := exec.CommandContext(context.Background(), name, append(args, u.String())...) //nolint:gosec // see above
		cmd.Env = childEnv(cmd.Environ())
		if err := cmd.Start(); err != nil {
			return desk.Refuse("no browser could be opened", "Open it yourself: "+u.String())
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case err := <-ended:
			if err != nil {
				return desk.Refuse("no browser could be opened", "Open it yourself: "+u.String())
			}
		case <-time.After(2 * time.Second): // it lives on: some browsers do not come back
		}
		return nil
	}
}

// browser names the program that opens an address.
func browser(system, chosen string) (name string, args []string) {
	switch {
	case system == "windows":
		return "rundll32", []string{"url.dll,FileProtocolHandler"}
	case system == "darwin":
		return "open", nil
	case chosen != "":
		return chosen, nil
	}
	return "xdg-open", nil
}

// childEnv gives a child process the session bus that we were started with:
// it may know how to use one that we could not.
func childEnv(env []string) []string {
	value, set := busguard.Original()
	out := make([]string, 0, len(env)+1)
	for _, v := range env {
		if len(v) <= len(busguard.Variable) || v[:len(busguard.Variable)+1] != busguard.Variable+"=" {
			out = append(out, v)
		}
	}
	if set {
		out = append(out, busguard.Variable+"="+value)
	}
	return out
}
