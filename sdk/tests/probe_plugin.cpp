// SPDX-License-Identifier: Apache-2.0
// The probe's entry symbol.
#include "probe_plugin.hpp"

JUNCTOR_PLUGIN(probe::Plugin, "probe", "does what a test says", provides("probe/1"), needs("storage/1", "*auth/1"),
               parallel())
