// SPDX-License-Identifier: Apache-2.0
// The plugin http beside Debian's nginx: calls of the API, and connections that rest. One thread.
#pragma once

#include "place.hpp"
#include "report.hpp"

namespace junctor::bench {

/// CPU of an API heartbeat against nginx with a constant answer: plain and TLS, on connections of their own and on ones
/// that stay; 6,700 connections a second; memory of one that rests. Without nginx only what is ours.
void http_calls(Place& place, const Options& options, Report& report);

}  // namespace junctor::bench
