// What the verifier says about ops on encoded images.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

%x = "test.value"() : () -> tensor<9xui8>
%m = "test.value"() : () -> tensor<3x3xui8>
%i = "test.value"() : () -> tensor<9xi32>
// expected-error@+1 {{graph.image_size: an encoded image must be a vector of ui8}}
%0 = graph.image_size %m : (tensor<3x3xui8>) -> tensor<2xi64>
// expected-error@+1 {{graph.image_size: an encoded image must be a vector of ui8}}
%1 = graph.image_size %i : (tensor<9xi32>) -> tensor<2xi64>
// expected-error@+1 {{graph.image_decode: the size must be a height and a width}}
%2 = graph.image_decode %x {size = #kiln.dims<[2]>, pixel_format = "rgb"} : (tensor<9xui8>) -> tensor<2x2x3xui8>
// expected-error@+1 {{graph.image_decode: attribute 'pixel_format' must be one of "rgb", "bgr", "grayscale", not "cmyk"}}
%3 = graph.image_decode %x {size = #kiln.dims<[2, 2]>, pixel_format = "cmyk"} : (tensor<9xui8>) -> tensor<2x2x3xui8>
