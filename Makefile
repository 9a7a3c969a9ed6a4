# Every target does its own set-up on a fresh machine with Python 3.11 and git.
.PHONY: demo test check generate matrix bench clean

demo: ; @scripts/demo
test: ; @scripts/test
check: ; @scripts/check
generate: ; @scripts/generate
matrix: ; @scripts/matrix
bench: ; @scripts/bench
clean: ; @rm -rf .venv .toolchains
