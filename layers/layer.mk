# What every layer's Makefile includes. Before that it sets LAYER, the layer's logical id in the template, and PACKAGE, the
# folder of our own code that goes in; after it comes the rule `prune-packages`, which removes what is installed and
# never used. `sam build` and `marksheet local up` call build-$(LAYER) with ARTIFACTS_DIR.
#
#   MARKSHEET_RUNTIME   a Lambda runtime such as python3.13; must be the template's PythonRuntime
#   MARKSHEET_ARCH      arm64 or x86_64; must be the template's Architecture
#   MARKSHEET_PYTHON    an interpreter of that runtime to compile bytecode with; looked for by its name
#   MARKSHEET_TARGET    lambda, or host to build for this machine and MARKSHEET_PYTHON
#
# For lambda any host builds for any runtime, because only wheels of the target's platform are taken.

MARKSHEET_RUNTIME ?= python3.13
MARKSHEET_ARCH ?= arm64
MARKSHEET_PYTHON ?= $(MARKSHEET_RUNTIME)
MARKSHEET_TARGET ?= lambda

VERSION := $(MARKSHEET_RUNTIME:python%=%)
MACHINE := $(if $(filter arm64,$(MARKSHEET_ARCH)),aarch64,$(MARKSHEET_ARCH))
SITE = $(if $(ARTIFACTS_DIR),$(ARTIFACTS_DIR)/python,$(error ARTIFACTS_DIR, where to build, is not set))

# glibc 2.28 is older than that of Amazon Linux 2023, which is what runtimes from python3.12 on are made of.
UV ?= $(shell command -v uv 2>/dev/null)
ifneq ($(UV),)
PIP := "$(UV)" pip install --quiet --no-config
ON_lambda := --python-version $(VERSION) --python-platform $(MACHINE)-manylinux_2_28
ON_host := --python "$(MARKSHEET_PYTHON)"
else
PIP := $(if $(filter host,$(MARKSHEET_TARGET)),"$(MARKSHEET_PYTHON)",python3) -m pip install \
	--quiet --disable-pip-version-check --no-compile
ON_lambda := --no-deps --python-version $(VERSION) --platform manylinux_2_28_$(MACHINE) \
	--platform manylinux_2_17_$(MACHINE) --platform manylinux2014_$(MACHINE)
ON_host :=
endif

.SILENT:
.PHONY: build-$(LAYER) install prune-packages prune bytecode

build-$(LAYER): bytecode
	du -sm "$(SITE)" | awk '{print "layer: " $$1 " MB for $(MARKSHEET_RUNTIME)"}'

install:
	rm -rf "$(SITE)"
	$(PIP) $(ON_$(MARKSHEET_TARGET)) --only-binary :all: --require-hashes --requirement requirements.lock --target "$(SITE)"
	cp -R $(PACKAGE) "$(SITE)/$(PACKAGE)"

prune-packages: install

prune: prune-packages
	find "$(SITE)" -type d \( -name __pycache__ -o -name tests \) -prune -exec rm -rf {} +
	find "$(SITE)" -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.c' -o -name '*.h' \) -delete
	rm -rf "$(SITE)/bin"

# /opt is read-only: without bytecode every cold start compiles all sources again, three to six times slower. The
# files are stamped with a hash that is never checked, since zipping and unpacking change the times that Python
# would compare. The warning goes to standard output: `sam build` shows nothing else.
bytecode: prune
	if "$(MARKSHEET_PYTHON)" -c 'import sys; sys.exit(f"python3.{sys.version_info[1]}" != "$(MARKSHEET_RUNTIME)")' \
		2>/dev/null; \
	then "$(MARKSHEET_PYTHON)" -m compileall -q -j 0 --invalidation-mode unchecked-hash "$(SITE)"; \
	else printf '%s\n' \
		'********************************************************************************' \
		'* WARNING: no $(MARKSHEET_RUNTIME) here, so the layer has no bytecode. It works, but every' \
		'* cold start takes three to six times as long. Install that interpreter, or' \
		'* deploy with PythonRuntime and MARKSHEET_RUNTIME set to one that is here.' \
		'********************************************************************************'; \
	fi
