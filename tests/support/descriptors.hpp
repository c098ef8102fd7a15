// SPDX-License-Identifier: Apache-2.0
// Whether a daemon of this build can be run out of descriptors.
#pragma once

namespace junctor::testing {

// UBSan's vptr check opens a pipe to look at memory, and takes the lack of one for a bad object.
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#define JUNCTOR_TEST_NEEDS_DESCRIPTORS 1
#endif
#endif
#ifdef JUNCTOR_TEST_NEEDS_DESCRIPTORS
constexpr bool kNeedsDescriptors = true;
#else
constexpr bool kNeedsDescriptors = false;
#endif

}  // namespace junctor::testing
