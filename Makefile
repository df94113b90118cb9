# Builds, installs and tests libImaging. `make help` lists the targets.

PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
DESTDIR ?=
CARGO   ?= cargo

# The codecs by external libraries: those that are found. `make FEATURES=` builds none of them.
codec_features   := jpeg jpeg2000 tiff
package_jpeg     := libjpeg
package_jpeg2000 := libopenjp2
package_tiff     := libtiff-4
found     = $(shell pkg-config --exists $(package_$(1)) 2>/dev/null && echo $(1))
FEATURES ?= $(strip $(foreach feature,$(codec_features),$(call found,$(feature))))
features  = --features "$(FEATURES)"
# With `make FEATURES="jpeg … link-codecs"` the library links to them.
linked    = $(if $(filter link-codecs,$(FEATURES)),$(foreach feature,$(filter $(codec_features),$(FEATURES)),$(package_$(feature))))

FUZZ_SECONDS ?= 60
FUZZ_CODEC_SECONDS ?= $(FUZZ_SECONDS)

version    := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
major      := $(firstword $(subst ., ,$(version)))
target     := $(or $(CARGO_TARGET_DIR),target)
release    := $(target)/release
python     := target/venv/bin/python
headers    := $(wildcard include/libImaging/*.h include/libImaging/*.hpp)
lib        := $(DESTDIR)$(LIBDIR)
includes   := $(DESTDIR)$(PREFIX)/include/libImaging
doc        := $(DESTDIR)$(PREFIX)/share/doc/libimaging
fuzzed     := api draw ppm raw_decode
unbuilt     = $(filter-out $(FEATURES),$(codec_features))
codecs      = $(filter-out $(fuzzed) $(unbuilt),$(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs))))
# OpenJPEG asks for what a box says that it has, up to the 4 GiB of a file of unknown length, and then reads less.
fuzz_limit_jpeg2000 := -malloc_limit_mb=4100
stages     := rust c races fuzz python package bindings pillow

# The installed tree can be moved: what it says of itself is relative to where it is found.
fill = sed -e 's|@IMAGING_VERSION@|$(version)|' -e 's|@IMAGING_VERSION_MAJOR@|$(major)|' \
           -e 's|@IMAGING_FEATURES@|$(FEATURES)|' -e 's|@IMAGING_LINKED_PACKAGES@|$(linked)|' \
           -e 's|@IMAGING_PREFIX_FROM_LIBDIR@|$(shell realpath -m --relative-to=$(LIBDIR) $(PREFIX))|'

.PHONY: all install uninstall pillow wheel setup demo test $(addprefix test-,$(stages)) bench fuzz header clean help

all: ## build the shared and the static library (the default)
	$(CARGO) build --release --lib --no-default-features $(features)

install: all ## install into $(DESTDIR)$(PREFIX), libraries into $(LIBDIR)
	install -d $(lib)/pkgconfig $(lib)/cmake/Imaging $(includes) $(doc)
	install -m644 $(release)/libImaging.so $(lib)/libImaging.so.$(version)
	ln -sf libImaging.so.$(version) $(lib)/libImaging.so.$(major)
	ln -sf libImaging.so.$(major) $(lib)/libImaging.so
	install -m644 $(release)/libImaging.a $(lib)
	install -m644 $(headers) $(includes)
	install -m644 cmake/ImagingTargets.cmake $(lib)/cmake/Imaging
	$(fill) cmake/ImagingConfig.cmake.in > $(lib)/cmake/Imaging/ImagingConfig.cmake
	$(fill) cmake/ImagingConfigVersion.cmake.in > $(lib)/cmake/Imaging/ImagingConfigVersion.cmake
	$(fill) cmake/libImaging.pc.in > $(lib)/pkgconfig/libImaging.pc
	install -m644 LICENSE README.md $(doc)

uninstall: ## remove what install put there
	rm -f $(addprefix $(lib)/libImaging.,so so.$(major) so.$(version) a) $(lib)/pkgconfig/libImaging.pc
	rm -rf $(includes) $(lib)/cmake/Imaging $(doc)

pillow: setup all ## Pillow, linked to this library in place of its own libImaging, as a wheel in target/pillow/linked
	scripts/pillow.sh linked

wheel: all ## the Python package, with the library in it, into target/wheels
	scripts/wheel.sh

setup: ## install the Debian packages that tests and demo need, where they are missing
	scripts/setup-debian.sh

demo: setup ## a C program and an unmodified Pillow at work on a photograph
	scripts/demo.sh

test: setup ## every test stage, and a summary
	@mkdir -p $(target); passed=; failed=; \
	for stage in $(stages); do \
	    echo "==> test-$$stage"; log=$(target)/test-$$stage; \
	    { $(MAKE) --no-print-directory test-$$stage 2>&1; echo $$? > $$log.status; } | tee $$log.log; \
	    if [ "$$(cat $$log.status)" -eq 0 ]; \
	    then passed="$$passed $$stage"; else failed="$$failed $$stage"; echo "==> test-$$stage failed"; fi; \
	done; \
	for stage in $$failed; do echo "==> the last lines of test-$$stage"; tail -n 20 $(target)/test-$$stage.log; done; \
	echo "passed:$${passed:- none}; failed:$${failed:- none}"; \
	[ -z "$$failed" ]

test-rust: ## format, lints, Rust tests, documentation
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets $(features) -- -D warnings
	$(CARGO) clippy --lib --no-default-features -- -D warnings
	$(CARGO) test $(features)
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps $(features)

test-c: setup ## C and C++ programs against the installed package
	c_tests/run.sh

test-races: ## many threads under the thread sanitizer, where there is a nightly Rust
	tests/races/run.sh

test-fuzz: ## each fuzz target for a minute, those of a codec for 10 seconds, where there are a nightly Rust and cargo-fuzz
	tests/fuzz/run.sh

test-python: setup all ## side by side with the reference
	scripts/venv.sh
	scripts/pillow-env.sh stock
	$(python) -m pytest tests/python -n auto

test-package: setup wheel ## the Python package's wheel beside Pillow, and the README's examples
	tests/package/run.sh

test-bindings: setup all ## Pillow's binding sources, compiled against our headers
	scripts/venv.sh
	$(python) tests/bindings/compile.py

test-pillow: setup wheel ## Pillow's own tests, by `python -m libimaging` and linked to the library, and those of packages that draw with it
	scripts/venv.sh
	scripts/dependents.sh
	scripts/pillow-env.sh stock
	scripts/pillow-env.sh linked
	target/linked/bin/python -m pytest -p no:cacheprovider tests/pillow/test_linked.py
	$(python) tests/pillow/compare.py --linked
	$(python) tests/pillow/compare.py
	$(target)/dependents/bin/python tests/pillow/dependents.py

bench: setup all ## ratios to Pillow's own core, to Pillow-SIMD, to OpenCV, to memcpy, to other resizers and PNG encoders, on an idle and a busy machine, in loops and in whole processes
	scripts/venv.sh
	scripts/simd.sh
	scripts/python-env.sh target/opencv benches/opencv.txt
	$(python) benches/run.py
	$(python) benches/opencv.py
	$(python) benches/raw_pairs.py
	$(python) benches/load.py
	$(python) benches/processes.py
	$(CARGO) build --release --manifest-path benches/png_crate/Cargo.toml --target-dir target/benches/cargo
	$(python) benches/png.py
	$(python) benches/batch.py
	scripts/pillow-env.sh stock
	$(python) benches/jpeg2000.py
	$(CARGO) run --release --manifest-path benches/fast_image_resize/Cargo.toml --target-dir target/benches/cargo

target/tools/bin/cargo-fuzz:
	$(CARGO) install cargo-fuzz --version 0.13.2 --locked --root target/tools

fuzz: target/tools/bin/cargo-fuzz ## any bytes for every codec, the PPM reader, drawing and calls of all functions, under the address sanitizer; FUZZ_SECONDS for each, FUZZ_CODEC_SECONDS for each codec
	for target in $(foreach name,$(fuzzed),$(name):$(FUZZ_SECONDS):$(fuzz_limit_$(name))) \
	        $(foreach name,$(codecs),$(name):$(FUZZ_CODEC_SECONDS):$(fuzz_limit_$(name))); do \
	    name=$${target%%:*}; rest=$${target#*:}; mkdir -p target/fuzz/corpus/$$name && \
	    PATH="$(CURDIR)/target/tools/bin:$$PATH" $(CARGO) +nightly fuzz run --target-dir target/fuzz $(features) $$name \
	        target/fuzz/corpus/$$name -- -timeout=60 -max_total_time=$${rest%%:*} -max_len=8192 -len_control=20 $${rest#*:} || exit 1; \
	done

header: ## write the generated headers into include/, and of them libimaging.pxd
	IMAGING_WRITE_HEADERS=1 $(CARGO) build --lib --no-default-features $(features)
	python3 python/make_pxd.py

clean: ## remove everything that was built
	rm -rf $(target) target

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
