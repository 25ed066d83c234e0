// A corner of a quad of a figure, a torch or the weather.  No attributes: vertex id = texel.
//
// Record (four texels of `data`, one for each corner): xyz are the bits of relative coordinates;
// w of texels 0 to 3 is the number for segmentation, colour (24 bits) and texture (8 bits),
// brightness of the corners from the sky, and from lamps.

uniform usampler2D data;

uvec4 texel_at(int index) {
    return texelFetch(data, ivec2(index & 2047, index >> 11), 0);
}

void main() {
    int k = gl_VertexID & 3, first = int(base.y) + gl_VertexID - k;
    uvec4 t0 = texel_at(first), t1 = texel_at(first + 1);
    uvec4 t2 = texel_at(first + 2), t3 = texel_at(first + 3);
    vec3 c0 = uintBitsToFloat(t0.xyz), c1 = uintBitsToFloat(t1.xyz), c3 = uintBitsToFloat(t3.xyz);
    vec3 own = k == 0 ? c0 : k == 1 ? c1 : k == 2 ? uintBitsToFloat(t2.xyz) : c3;
    gl_Position = on_screen(own, uint(gl_VertexID) >= base.z * 4u);
    vec3 colour = vec3(t1.w & 255u, (t1.w >> 8) & 255u, (t1.w >> 16) & 255u) * (1.0 / 255.0);
    bake(own, c0, c1, c3, vec2(1.0), colour, uvec4(t2.w, t3.w, t1.w >> 24, t0.w));
}
