# Everything a person or a machine does with Kiln's sources starts here; `make help` lists it.
#
# One cargo profile (release) serves tools, tests, lints and examples, so that nothing is built twice.
# Downloaded models, reference outputs and the Python environment live in KILN_CACHE (default ~/.cache/kiln), outside
# the source tree: a second clone on the same machine finds them there.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

KILN_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kiln
export KILN_CACHE

# A CI machine clones anew for each run: there, what cargo builds is kept in the cache too.
ifeq ($(CI),true)
export CARGO_TARGET_DIR ?= $(KILN_CACHE)/target
endif
TARGET := $(or $(CARGO_TARGET_DIR),target)

PYTHON = $(KILN_CACHE)/venv/bin/python
KILN = $(TARGET)/release/kiln

FUZZ_SECONDS ?= 60

# A convolutional and two recurrent models: what `make test` runs on emulated processors too.
SMALL_MODELS = ppocr-v2-cls silero-vad lac

OCR = examples/ocr
DEMO = $(TARGET)/demo

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:[^#]*## */\t/' | expand -t 12

.PHONY: setup
setup: ## install the Debian packages that are missing (as root; otherwise name them)
	@scripts/setup.sh

.PHONY: build
build: setup ## build kiln and kiln-opt into target/release
	cargo build --release --package kiln --package kiln-opt

.PHONY: venv
venv: setup
	@scripts/venv.sh >/dev/null

.PHONY: fetch
fetch: venv ## download the test models and compute their reference outputs, into the cache
	@$(PYTHON) scripts/references.py
	@$(PYTHON) scripts/onnx_cases.py
	@$(PYTHON) scripts/contributed_cases.py
	@$(PYTHON) scripts/onnx_forms.py
	@$(PYTHON) scripts/framework_models.py

.PHONY: test
test: build fetch ## run every check: tests, formatting, lints, documentation
	cargo fmt --all --check
	cargo build --release --package kiln --package kiln-opt
	cargo test --release --workspace
	@$(PYTHON) scripts/support_page.py --check
	@$(PYTHON) scripts/compare.py --kiln $(KILN)
	@$(PYTHON) scripts/framework_models.py --compare --kiln $(KILN)
	@$(PYTHON) scripts/compare.py --kiln $(KILN) -O0 --cases 1 $(SMALL_MODELS) minilm-l3 squeezenet
	@$(PYTHON) scripts/compare.py --kiln $(KILN) --every-target --cases 1 $(SMALL_MODELS)
	cargo clippy --release --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --workspace --no-deps

.PHONY: test-models
test-models: build fetch ## compare more real models with onnxruntime, and a model of 6 GB with numpy
	@$(PYTHON) scripts/compare.py --kiln $(KILN) --more
	@$(PYTHON) scripts/large_model.py --kiln $(KILN)

.PHONY: test-targets
test-targets: build fetch ## run every kernel and every real model on every target, emulated ones for an hour or two
	KILN_TEST_MACHINES=all cargo test --release --package kiln-driver --test suite kernels/
	KILN_TEST_MACHINES=all cargo test --release --package kiln-driver --test suite onnx/
	@$(PYTHON) scripts/compare.py --kiln $(KILN) --every-target

RANDOM_SEEDS ?= 0..20000
RANDOM_GRAPHS = $(TARGET)/random-graphs

.PHONY: test-optimizer
test-optimizer: build fetch ## compare -O0, -O3 and the interpreter: every real model, and RANDOM_SEEDS=0..20000 for an hour
	@$(PYTHON) scripts/compare.py --kiln $(KILN) -O0 --cases 1
	@mkdir -p $(RANDOM_GRAPHS)
	KILN_RANDOM_SEEDS=$(RANDOM_SEEDS) KILN_RANDOM_FOLDER=$(abspath $(RANDOM_GRAPHS)) \
		cargo test --release --package kiln-driver --test suite random/

.PHONY: demo
demo: build venv ## compile PP-OCRv4 and read the text in a picture with it
	cargo build --release --package kiln-example-ocr
	@$(PYTHON) scripts/models.py ppocr-v4-det ppocr-v2-cls ppocr-v4-rec
	@mkdir -p $(DEMO)
	@for model in ppocr-v4-det ppocr-v2-cls ppocr-v4-rec; do \
	    echo "$(KILN) compile $$model" && \
	    $(KILN) compile $(KILN_CACHE)/models/$$model/model.onnx -o $(DEMO)/$$model.so || exit 1; \
	done
	$(TARGET)/release/ocr $(OCR)/pictures/page.png \
	    --detector $(DEMO)/ppocr-v4-det.so \
	    --classifier $(DEMO)/ppocr-v2-cls.so \
	    --recognizer $(DEMO)/ppocr-v4-rec.so \
	    --characters $(KILN_CACHE)/models/ppocr-v4-rec/characters.txt \
	    --expect $(OCR)/pictures/page.txt \
	    --boxes $(DEMO)/boxes.png

.PHONY: bench
bench: build venv ## measure Kiln and other engines on every row and write docs/src/benchmarks.md, for an hour
	@bench/run.py --kiln $(KILN) $(BENCH_OPTIONS)

.PHONY: nodes
nodes: build venv ## count nodes and kernels of every model and write docs/src/nodes.md
	@$(PYTHON) bench/nodes.py --kiln $(KILN)

.PHONY: support-page
support-page: fetch ## write docs/src/onnx-support.md: what is tested of each of ONNX's operators
	@$(PYTHON) scripts/support_page.py

.PHONY: fuzz
fuzz: venv ## feed damaged files to everything that reads files, FUZZ_SECONDS for each (60)
	@$(PYTHON) scripts/onnx_cases.py
	@$(PYTHON) scripts/contributed_cases.py
	@$(PYTHON) scripts/fuzz_corpus.py
	@scripts/fuzz.sh $(FUZZ_SECONDS) $(FUZZ_TARGETS)

.PHONY: clean
clean: ## remove what was built here
	cargo clean

.PHONY: clean-cache
clean-cache: ## remove downloaded and computed files from the cache
	rm -rf $(foreach part,venv bench-venv wheels models bench-models references framework-models onnx-cases contributed-cases onnx-forms objects target,$(KILN_CACHE)/$(part))
