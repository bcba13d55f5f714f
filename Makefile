# The one door to every command. What each does is in dev/; this file only names them.
.PHONY: help run test check bench measure model drill drill-ingest drill-audit drill-web sample screenshots frontend package prove-package prove-image prove-proxy prove-client dev stop clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: ## install what is missing, start the servers, build, load a simulated month, serve the dashboard (DEMO=0: empty)
	@bash dev/run.sh

test: ## everything that proves it, unit to browser
	@bash dev/prove/test.sh

check: ## format, lints of all crates and of the shell scripts
	@bash dev/prove/check.sh

bench: ## ratios measured in one run, as a table (JSON=1: as JSON)
	@bash dev/prove/bench.sh

model: ## the protocol of both stores, explored exhaustively (minutes; a small part runs in `make test`)
	@bash dev/prove/model.sh

drill: drill-ingest drill-audit drill-web ## every drill

drill-ingest: ## real processes killed, frozen, cut off under load (an hour; SHORT=1: minutes; ONLY=, SEED=: one again)
	@bash dev/prove/drill.sh ingest

drill-audit: ## both stores edited in every way under load: each fault named, put right, dealt with (SHORT=1, ONLY=, SEED=)
	@bash dev/prove/drill.sh audit

drill-web: ## a web server abused in every way, and what honest clients notice (SHORT=1: two minutes; ONLY=, SEED=, RATE=)
	@bash dev/prove/drill.sh web

measure: ## what the pages cost a browser: bytes, paint, time until live (WALL_MINUTES=30: what a wall grows by)
	@bash dev/prove/pages.sh measure

sample: ## five days of a real wholesaler, in a world of their own on port 3010
	@bash dev/sample.sh

screenshots: ## pictures of every page in both languages, into end2end/out
	@bash dev/prove/pages.sh screenshots

frontend: ## the browser part alone, into pkg/
	@bash dev/install/toolchain.sh && bash dev/frontend.sh release

package: ## the Debian package, from the program and the browser part as they are shipped
	@bash dev/package.sh

prove-package: ## the package installed here, run as its unit says, upgraded and purged (root)
	@bash dev/prove/package.sh

prove-image: ## the container image made by buildah in a chroot, and run (root)
	@bash dev/prove/image.sh

prove-proxy: ## nginx and Caddy with the files of packaging/proxy before a running server (root)
	@bash dev/prove/proxy.sh

prove-client: ## clients in TypeScript and Java generated from openapi.json, compiled, and run against a server
	@bash dev/prove/client.sh

dev: ## only install what is missing and start the servers
	@bash dev/setup.sh

stop: ## stop the development servers; their data stays
	@bash dev/servers.sh stop

clean: ## stop the development servers and delete their data and what was built here
	@bash dev/servers.sh stop && rm -rf .run pkg end2end/out end2end/node_modules
