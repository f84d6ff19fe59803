package secretstest_test

import (
	"testing"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/secretstest"
)

func TestMemorySecrets(t *testing.T) {
	memory := store.NewMemorySecrets()
	secretstest.Run(t, func(*testing.T) store.Secrets { return memory })
}
