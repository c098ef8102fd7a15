// SPDX-License-Identifier: Apache-2.0
#include "wire/kinds.hpp"

#include <google/protobuf/stubs/logging.h>

namespace junctor::wire {

void silence_protobuf() { google::protobuf::SetLogHandler(nullptr); }

}  // namespace junctor::wire
