// SPDX-License-Identifier: Apache-2.0
#include "api/kernel.hpp"

#include "api/host.hpp"

namespace junctor::api {

Kernel::Kernel(uint32_t workers, uint32_t offload_threads, size_t offload_queue, ops::Log& the_log)
    : log{the_log}, standing{the_log}, loops{workers}, pool{offload_threads, offload_queue} {
  for (uint32_t i = 0; i < workers; ++i) net.push_back(std::make_unique<net::NetLoop>(loops.at(i), pipes));
}

Kernel::~Kernel() = default;

}  // namespace junctor::api
