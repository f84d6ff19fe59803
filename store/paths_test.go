package store

import (
	"path/filepath"
	"runtime"
	"testing"
)

func TestPaths(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the XDG folders are those of the other systems")
	}
	for what, c := range map[string]struct {
		home string
		env  map[string]string
		want Paths
	}{
		"one folder": {home: "/h", env: map[string]string{"XDG_DATA_HOME": "/d"},
			want: Paths{"/h/config.toml", "/h/keys.toml", "/h/audit.log", "/h/lock", "/h/flows", "/h/unmanaged.toml", "/h/machine.toml"}},
		"XDG": {env: map[string]string{"HOME": "/u", "XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d"},
			want: Paths{"/c/keyrota/config.toml", "/d/keyrota/keys.toml", "/d/keyrota/audit.log", "/d/keyrota/lock", "/d/keyrota/flows", "/d/keyrota/unmanaged.toml", "/d/keyrota/machine.toml"}},
		"defaults, and relative ones ignored": {env: map[string]string{"HOME": "/u", "XDG_CONFIG_HOME": "c"},
			want: Paths{"/u/.config/keyrota/config.toml", "/u/.local/share/keyrota/keys.toml", "/u/.local/share/keyrota/audit.log",
				"/u/.local/share/keyrota/lock", "/u/.local/share/keyrota/flows", "/u/.local/share/keyrota/unmanaged.toml", "/u/.local/share/keyrota/machine.toml"}},
	} {
		got, err := FindPaths(c.home, func(name string) string { return c.env[name] })
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	if _, err := FindPaths("", func(string) string { return "" }); err == nil || Hint(err) == "" {
		t.Errorf("no home: error %v, hint %q", err, Hint(err))
	}
	// A relative home does not move with the working folder.
	if got, err := FindPaths("h", nil); err != nil || !filepath.IsAbs(got.Keys) {
		t.Errorf("relative home: %+v, %v", got, err)
	}
}

func TestOpenFollowsTheEnvironment(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the XDG folders are those of the other systems")
	}
	root := t.TempDir()
	o := testOptions("")
	o.Getenv = func(name string) string {
		return map[string]string{"XDG_CONFIG_HOME": root + "/c", "XDG_DATA_HOME": root + "/d"}[name]
	}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	addKeys(t, s, "a")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := folder(t, root+"/d/keyrota"), "flows keys.toml lock"; got != want {
		t.Errorf("data folder holds %s, want %s", got, want)
	}
}
