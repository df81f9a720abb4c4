// core/enginery/value.hpp: the dynamic type of the namespace and of calls by name, with all that it can hold.
#pragma once

// Together, so that `Value(5)` means the same in every file: whether a type is Encodable is decided once.
#include <enginery/array.hpp>
#include <enginery/codec.hpp>
#include <enginery/dict.hpp>
#include <enginery/handle.hpp>
#include <enginery/opaque_fields.hpp>
