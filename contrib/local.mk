# SPDX-License-Identifier: Apache-2.0
# What a tarball carries of contrib besides the simulator.

dist_doc_DATA += contrib/examples/policy.yaml
EXTRA_DIST += contrib/check contrib/install-deps contrib/quickstart contrib/m4/muster.m4 contrib/examples/hris

# Examples of running it by timer; they go where a person looks for them, not into effect.
dist_doc_DATA += README.md contrib/muster.service contrib/muster.timer \
	contrib/muster-serve.service contrib/muster-serve.socket
